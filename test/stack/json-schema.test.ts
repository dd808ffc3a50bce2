/** The JSON Schema that editors read: up to date, and with a word on every key. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { referencePage } from "../../stack/reference-page.ts";
import { jsonSchema } from "../../stack/schema.ts";
import { bases } from "./bases.ts";

type Schema = {
  readonly [key: string]: unknown;
  readonly description?: string;
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly pattern?: string;
};
type Property = { readonly path: string; readonly schema: Schema; readonly required: boolean };

const root = jsonSchema() as Schema;

/** All properties of a schema, those of its alternatives and of what lies inside included. */
function propertiesOf(schema: Schema, path: string): Property[] {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
  const inner = [
    schema.items,
    schema.additionalProperties,
    schema.anyOf,
    schema.oneOf,
    schema.allOf,
  ]
    .flat()
    .filter((one): one is Schema => typeof one === "object" && one !== null);
  return [
    ...properties.flatMap(([key, property]) => {
      const here = path === "" ? key : `${path}.${key}`;
      const required = schema.required?.includes(key) ?? false;
      return [{ path: here, schema: property, required }, ...propertiesOf(property, here)];
    }),
    ...inner.flatMap((one) => propertiesOf(one, path)),
  ];
}

const properties = propertiesOf(root, "");
const withDefault = properties.filter(({ schema }) => schema.default !== undefined);

const near = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

test("stack/schema.json is what the schema says; `npm run schema` writes it", () => {
  assert.equal(near("../../stack/schema.json"), `${JSON.stringify(root, null, 2)}\n`);
});

test("the reference page is what the schema says; `npm run schema` writes it", () => {
  assert.equal(near("../../docs/stack-file.md"), referencePage());
});

test("the walk finds the keys that the stacks of the tests use", () => {
  const found = new Set(properties.map(({ path }) => path.split(".").at(-1)));
  const used = Object.values(bases).flatMap((base) => [
    ...Object.keys(base),
    ...Object.keys("election" in base ? base.election : {}),
    ...Object.keys(base.access),
  ]);
  assert.deepEqual(
    used.filter((key) => !found.has(key)),
    [],
  );
  assert.ok(properties.length > 100);
});

test("every key has a description that ends as a sentence does", () => {
  const silent = properties.filter(({ schema }) => !/^\S.*[.)]$/.test(schema.description ?? ""));
  assert.deepEqual(
    silent.map(({ path }) => path),
    [],
  );
});

test("a key that must be there has no default", () => {
  assert.deepEqual(
    withDefault.filter(({ required }) => required),
    [],
  );
});

describe("a default is told in words too", () => {
  for (const { path, schema } of withDefault.filter(
    (one) => typeof one.schema.default !== "object",
  )) {
    test(path, () => {
      const words = schema.description?.replaceAll('"', "");
      assert.ok(words?.includes(`Default: ${schema.default}.`), schema.description);
    });
  }
});

test("what has a fixed default gives it to the editor", () => {
  const told = new Map(withDefault.map(({ path, schema }) => [path, schema.default]));
  const expected = {
    nodes: 2,
    system: "ubuntu-24.04",
    networks: {},
    services: {},
    secret: "${env:BATON_SECRET}",
    "cloud.zone": "ch-gva-2",
    "election.interval": "1s",
    "election.dead-ratio": 3,
    "election.preempt": true,
    "election.hold": "exclusive",
    "election.port": 12345,
    "services.from": ["0.0.0.0/0", "::/0"],
    "health.interval": "2s",
    "extra.files.owner": "root:root",
    "agent.credentials": {},
  };
  for (const [path, value] of Object.entries(expected))
    assert.deepEqual(told.get(path), value, path);
});

test("every pattern is one that an editor can read", () => {
  const patterns = JSON.stringify(root).match(/"pattern":"(?:[^"\\]|\\.)*"/g) ?? [];
  assert.ok(patterns.length > 20);
  for (const pattern of patterns) new RegExp(JSON.parse(`{${pattern}}`).pattern, "u");
});

test("no section takes keys that it does not know", () => {
  const open: string[] = [];
  const walk = (schema: unknown, path: string): void => {
    if (typeof schema !== "object" || schema === null) return;
    const { properties: keys, additionalProperties } = schema as Schema;
    if (keys !== undefined && additionalProperties !== false) open.push(path);
    for (const [key, inner] of Object.entries(schema)) walk(inner, `${path}/${key}`);
  };
  walk(root, "");
  assert.deepEqual(open, []);
});

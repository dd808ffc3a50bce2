/**
 * The thin classes against the provider's own schema, `test/fixtures/exoscale-schema.json`: every
 * token, every property with its type, what is required, and what is a secret. Types do not exist
 * when code runs, so the compiler is asked for them.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import * as exoscale from "../../infra/clouds/exoscale-resources.ts";
import { type Registered, run } from "./cloud-double.ts";

type Type = {
  readonly type?: string;
  readonly $ref?: string;
  readonly items?: Type;
  readonly additionalProperties?: Type;
  readonly secret?: boolean;
};

type Fields = {
  readonly properties?: Readonly<Record<string, Type>>;
  readonly required?: string[];
};

type Schema = {
  readonly version: string;
  readonly pluginDownloadURL: string;
  readonly resources: Readonly<
    Record<
      string,
      Fields & {
        readonly inputProperties: Readonly<Record<string, Type>>;
        readonly requiredInputs?: readonly string[];
      }
    >
  >;
  readonly types: Readonly<Record<string, Fields>>;
  readonly functions: Readonly<Record<string, { inputs?: Fields; outputs?: Fields }>>;
};

const schemaFile = new URL("../fixtures/exoscale-schema.json", import.meta.url);
const schema: Schema = JSON.parse(readFileSync(schemaFile, "utf8"));
const files = ["resources", "functions"].map((part) =>
  fileURLToPath(new URL(`../../infra/clouds/exoscale-${part}.ts`, import.meta.url)),
);
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.NodeNext,
  allowImportingTsExtensions: true,
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
};
const compiled = ts.createProgram(files, options);
const checker = compiled.getTypeChecker();

/** A declared type as the schema would write it, with `?` where it may be absent. */
function written(type: ts.Type): string {
  const present = checker.getNonNullableType(type);
  const name = present.aliasSymbol?.name ?? present.symbol?.name;
  if (present.flags & ts.TypeFlags.String) return "string";
  if (present.flags & ts.TypeFlags.Number) return "number";
  if (present.flags & ts.TypeFlags.BooleanLike || checker.typeToString(present) === "boolean")
    return "boolean";
  const item = checker.getIndexTypeOfType(present, ts.IndexKind.Number);
  if (item) return `${written(item)}[]`;
  const value = checker.getIndexTypeOfType(present, ts.IndexKind.String);
  if (value) return `{${written(value)}}`;
  return name ?? checker.typeToString(present);
}

function asked(type: Type): string {
  if (type.$ref) return type.$ref.split(":").at(-1) ?? "";
  if (type.type === "array" && type.items) return `${asked(type.items)}[]`;
  if (type.type === "object" && type.additionalProperties)
    return `{${asked(type.additionalProperties)}}`;
  return type.type === "integer" ? "number" : String(type.type);
}

const wantedFields = (properties: Fields["properties"] = {}, required: readonly string[] = []) =>
  Object.fromEntries(
    Object.entries(properties).map(([name, type]) => [
      name,
      `${asked(type)}${required.includes(name) ? "" : "?"}`,
    ]),
  );

const declarations = new Map<string, ts.Type>();
for (const file of files) {
  const source = compiled.getSourceFile(file);
  assert.ok(source);
  source.forEachChild((statement) => {
    if (
      (ts.isTypeAliasDeclaration(statement) || ts.isClassDeclaration(statement)) &&
      statement.name
    )
      declarations.set(statement.name.text, checker.getTypeAtLocation(statement.name));
  });
}

function declared(name: string): ts.Type {
  const found = declarations.get(name);
  assert.ok(found, `${name} is not declared`);
  return found;
}

const fieldsOf = (name: string): Record<string, string> =>
  Object.fromEntries(
    declared(name)
      .getProperties()
      .map((property) => {
        const type = checker.getTypeOfSymbol(property);
        const optional = property.flags & ts.SymbolFlags.Optional;
        return [property.name, `${written(type)}${optional ? "?" : ""}`];
      }),
  );

/** What a class declares as `readonly name: Output<…>`, beside what it has of every resource. */
function outputsOf(name: string): Record<string, string> {
  const members = [...(declared(name).symbol.members?.values() ?? [])];
  const outputs = members.flatMap((property): [string, string][] => {
    const node = property.valueDeclaration;
    if (!node || !ts.isPropertyDeclaration(node) || !node.type) return [];
    assert.ok(ts.isTypeReferenceNode(node.type), property.name);
    const [value] = node.type.typeArguments ?? [];
    assert.ok(value && node.type.typeName.getText() === "pulumi.Output", property.name);
    const type = checker.getTypeFromTypeNode(value);
    const optional =
      type.isUnion() && type.types.some(({ flags }) => flags & ts.TypeFlags.Undefined);
    return [[property.name, `${written(type)}${optional ? "?" : ""}`]];
  });
  return Object.fromEntries(outputs);
}

for (const [token, resource] of Object.entries(schema.resources)) {
  const name = token.split(":").at(-1) ?? "";

  test(`${name} takes what the provider takes, and gives what it gives`, () => {
    const inputs = wantedFields(resource.inputProperties, resource.requiredInputs);
    assert.deepEqual(fieldsOf(`${name}Data`), inputs);
    assert.deepEqual(outputsOf(name), wantedFields(resource.properties, resource.required));
  });
}

for (const [token, { properties, required }] of Object.entries(schema.types)) {
  const name = token.split(":").at(-1) ?? "";
  if (name.startsWith("get")) continue;

  test(`${name} has the provider's fields`, () => {
    assert.deepEqual(fieldsOf(name), wantedFields(properties, required));
  });
}

const functions = [
  ["getTemplate", "TemplateQuery", "Template"],
  ["getElasticIp", "ElasticIpQuery", "FoundElasticIp"],
  ["getComputeInstance", "InstanceQuery", "FoundInstance"],
] as const;

for (const [name, query, found] of functions) {
  test(`${name} asks for what the provider answers`, () => {
    const { inputs, outputs } = schema.functions[`exoscale:index/${name}:${name}`] ?? {};
    assert.deepEqual(fieldsOf(query), wantedFields(inputs?.properties, inputs?.required));
    const all = wantedFields(outputs?.properties, outputs?.required);
    for (const [field, type] of Object.entries(fieldsOf(found))) {
      // The program asks no more of a health check than whether there is one.
      const plain = field === "healthchecks" ? "{}[]" : all[field];
      assert.equal(type, plain, field);
    }
  });
}

const classes = Object.entries(exoscale).filter(([, value]) => typeof value === "function");

/** Registers one of each, with nothing but a name: the double does not check inputs. */
async function registered(): Promise<readonly Registered[]> {
  const { resources } = await run({}, async () => {
    for (const [name, Class] of classes) {
      const Anything = Class as new (name: string, args: object) => object;
      new Anything(`one-${name}`, {});
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    return {};
  });
  return resources;
}

test("tokens, release, publisher and secrets are the provider's", async () => {
  const resources = await registered();
  assert.deepEqual(
    resources.map(({ type }) => type).toSorted(),
    Object.keys(schema.resources).toSorted(),
  );
  for (const { type, version, pluginDownloadURL, secretOutputs } of resources) {
    assert.equal(version, schema.version, type);
    assert.equal(pluginDownloadURL, schema.pluginDownloadURL, type);
    const properties = Object.entries(schema.resources[type]?.properties ?? {});
    const secrets = properties.flatMap(([name, { secret }]) => (secret ? [name] : []));
    assert.deepEqual(secretOutputs.toSorted(), secrets.toSorted(), type);
  }
});

test("every output that is no input is asked for: the engine gives no others", async () => {
  const text = readFileSync(files[0] ?? "", "utf8");
  for (const [token, { properties = {}, inputProperties, required = [] }] of Object.entries(
    schema.resources,
  )) {
    const name = token.split(":").at(-1) ?? "";
    const body = text.slice(text.indexOf(`export class ${name} `));
    const call = body.slice(0, body.indexOf("\n}\n"));
    const [, list = ""] = /super\([^,]+, name, args, ([^\]]+\]|\w+)/.exec(call) ?? [];
    const named = list.startsWith("[")
      ? list
      : (text.split(`const ${list} = [`)[1] ?? "").split("]")[0];
    for (const output of Object.keys(properties)) {
      const only = !Object.hasOwn(inputProperties, output);
      const filled = required.includes(output) && Object.hasOwn(inputProperties, output);
      const given = schema.resources[token]?.requiredInputs?.includes(output);
      if (only || (filled && !given))
        assert.ok(named?.includes(`"${output}"`), `${name} ${output}`);
    }
  }
});

/**
 * The stand-in for the provider's plugin against the provider's own schema: which properties there
 * are, which must be given, whose change replaces, and what is known only afterwards.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { resourceOf, version } from "../../../lab/plugins/exoscale/provider.ts";

type Resource = {
  readonly inputProperties: Readonly<Record<string, { readonly willReplaceOnChanges?: boolean }>>;
  readonly properties: Readonly<Record<string, { readonly secret?: boolean }>>;
  readonly requiredInputs?: readonly string[];
};

const schemaFile = new URL("../../fixtures/exoscale-schema.json", import.meta.url);
const schema: {
  readonly version: string;
  readonly resources: Readonly<Record<string, Resource>>;
} = JSON.parse(readFileSync(schemaFile, "utf8"));

/**
 * Resources of Terraform's newer framework, whose rules the schema cannot tell. Source: the plan
 * modifiers in the provider's code.
 */
const replacedToo: Readonly<Record<string, readonly string[]>> = {
  "exoscale:index/iamRole:IamRole": ["editable", "name"],
  "exoscale:index/iamApiKey:IamApiKey": ["name", "roleId"],
};

test("the stand-in follows the release that programs ask for", () => {
  assert.equal(version, schema.version);
});

for (const [token, { inputProperties, properties, requiredInputs = [] }] of Object.entries(
  schema.resources,
)) {
  const names = Object.keys(inputProperties).toSorted();
  const resource = resourceOf(token);

  test(`${token} has the provider's properties`, () => {
    assert.deepEqual(Object.keys(resource.properties).toSorted(), names);
    const outputs = Object.keys(properties).filter((name) => !(name in inputProperties));
    assert.deepEqual([...resource.outputs].toSorted(), outputs.toSorted());
    const secrets = Object.keys(properties).filter((name) => properties[name]?.secret === true);
    assert.deepEqual(resource.secrets ?? [], secrets);
  });

  test(`${token} is replaced by the changes that replace it in the provider`, () => {
    const replaced = names.filter((name) => resource.properties[name]?.replaces === true);
    const wanted = names.filter((name) => inputProperties[name]?.willReplaceOnChanges === true);
    assert.deepEqual(replaced, [...wanted, ...(replacedToo[token] ?? [])].toSorted());
  });

  test(`${token} asks for what the provider asks for`, () => {
    const required = names.filter((name) => resource.properties[name]?.required === true);
    // The bridge makes up a name where none is given.
    const named = names.includes("name") ? ["name"] : [];
    assert.deepEqual(required, [...new Set([...requiredInputs, ...named])].toSorted());
  });
}

test("where an address is attached is neither computed nor a reason to replace", () => {
  const { elasticIpIds } = resourceOf("exoscale:index/computeInstance:ComputeInstance").properties;
  assert.deepEqual(elasticIpIds, { isSet: true });
});

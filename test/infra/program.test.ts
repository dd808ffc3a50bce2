/** The program: its config, its stack file, and what it says when something is wrong. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { program } from "../../infra/program.ts";
import { fixtureSecret } from "../render-example.ts";
import { bundle, type Deployed, ofKind, run, valuesOf } from "./cloud-double.ts";
import { shop } from "./shop.ts";

const folder = mkdtempSync(join(tmpdir(), "baton-program-"));
after(() => rmSync(folder, { recursive: true }));

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs the program with a stack's config; all keys are `baton:KEY`. */
const withConfig = (config: Readonly<Record<string, string>>): Promise<Deployed> => {
  const all = Object.entries({ agentBundle: bundle, ...config });
  pulumi.runtime.setAllConfig(
    Object.fromEntries(all.map(([key, value]) => [`baton:${key}`, value])),
  );
  return run({}, async () => valuesOf({ ...(await program()) }));
};

function stackFile(text: string): string {
  const file = join(folder, "stack.yaml");
  writeFileSync(file, text);
  return file;
}

test("the stack file that the config names becomes a stack, with all its outputs", async () => {
  const made = await withConfig({ stack: "examples/exoscale-elastic-ip-article.yaml" });
  assert.equal(made.error, undefined);
  assert.equal(ofKind(made, "ComputeInstance").length, 5);
  assert.equal(made.outputs.address, "198.51.100.50");
  assert.deepEqual(made.outputs.agentCredentials, {
    key: `EXO${"k".repeat(24)}`,
    secret: "s".repeat(43),
  });
});

test("what the engine runs gives these outputs; none for secrets where the file names none", async () => {
  pulumi.runtime.setAllConfig({
    "baton:stack": "examples/minimal.yaml",
    "baton:agentBundle": bundle,
  });
  const { outputs } = await run({}, async () => {
    const { default: main } = await import(join(root, "infra/main.js"));
    return main;
  });
  assert.deepEqual(Object.keys(outputs), [
    "address",
    "addresses",
    "urls",
    "nodes",
    "appServers",
    "sshCommands",
    "userDataSizes",
    "securityGroup",
    "agentCredentials",
    "readme",
  ]);
});

test("the outputs are facts that gen-cloud-init reads", async () => {
  const { parseFacts } = await import("../../user-data/facts.ts");
  const { outputs } = await withConfig({ stack: "examples/minimal.yaml" });
  const parsed = parseFacts(JSON.stringify(outputs));
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.facts.addresses, { web: { id: "existing-id", ip: "198.51.100.50" } });
  assert.ok(parsed.facts.agentCredentials);
  assert.deepEqual(parsed.facts.secrets, {});
});

test("the facts hold what the stack file names by the config, for whoever asks for secrets", async () => {
  const stack = stackFile(JSON.stringify({ ...shop, secret: "${pulumi:stackSecret}" }));
  const { outputs } = await withConfig({ stack, stackSecret: fixtureSecret });
  assert.deepEqual(outputs.secrets, { stackSecret: fixtureSecret });
  const { secrets } = await run({}, async () => await program()).then((made) => made.outputs);
  assert.ok(await pulumi.isSecret(pulumi.output(secrets)));
});

test("a stack secret in the config reaches user-data, and no resource in plain sight", async () => {
  const stack = stackFile(JSON.stringify({ ...shop, secret: "${pulumi:stackSecret}" }));
  const { BATON_SECRET } = process.env;
  delete process.env.BATON_SECRET;
  try {
    const made = await withConfig({ stack, stackSecret: fixtureSecret });
    assert.equal(made.error, undefined);
    for (const { inputs, secrets, name } of made.resources) {
      const plain = Object.entries(inputs).filter(([key]) => !secrets.includes(key));
      assert.doesNotMatch(JSON.stringify(plain), /heartbeatKeys|s{43}/, name);
    }
    const without = await withConfig({ stack: stackFile(JSON.stringify(shop)) });
    assert.match(without.error ?? "", /\$\{env:BATON_SECRET\} has no value[\s\S]*baton secret/);
  } finally {
    process.env.BATON_SECRET = BATON_SECRET;
  }
});

const wrong: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
  ["no stack file named", {}, /does not name a stack file\nfix: `npx baton init stack.yaml`/],
  [
    "one that is not there",
    { stack: "nowhere.yaml" },
    /nowhere\.yaml cannot be read: there is no such file/,
  ],
  ["one that is no YAML", { stack: "LICENSE" }, /^error: .*\n {2}--> LICENSE/],
  [
    "a cloud that is still to come",
    { stack: "examples/ovh-failover-ip-debian.yaml" },
    /resources on ovh are not made by this program yet\nfix: /,
  ],
  [
    "an agent that is not built",
    { stack: "examples/minimal.yaml", agentBundle: "dist/agent/none.js" },
    /dist\/agent\/none\.js: the agent bundle cannot be read: there is no such file/,
  ],
  [
    "a bundle that is something else",
    { stack: "examples/minimal.yaml", agentBundle: "LICENSE" },
    /LICENSE: an agent bundle begins with the line #!\/usr\/bin\/env node/,
  ],
];

for (const [what, config, said] of wrong) {
  test(`${what}: the message says so, and nothing is made`, async () => {
    const { error, resources } = await withConfig(config);
    assert.match(error ?? "", said);
    assert.deepEqual(
      resources.filter(({ type }) => type.startsWith("exoscale:")),
      [],
    );
  });
}

test("what is wrong inside a stack file is shown with its line", async () => {
  const stack = stackFile(
    "name: shop\ncloud: { provider: exoscale }\naddresses: { web: {} }\nnods: 2\n",
  );
  const { error } = await withConfig({ stack });
  assert.match(error ?? "", /^unknown key "nods"\n.*stack\.yaml:4:1/);
  assert.match(error ?? "", /4 \| nods: 2\n[\s\S]*did you mean `nodes`\?/);
});

test("user-data over the cloud's limit is told before anything is asked of the cloud", async () => {
  const content = randomBytes(20_000).toString("hex");
  const extra = { files: [{ path: "/etc/large", content }] };
  const stack = stackFile(JSON.stringify({ ...shop, extra }));
  const { error, calls } = await withConfig({ stack });
  assert.match(
    error ?? "",
    /user-data of lb1 is \d+ characters as delivered; the cloud takes 32767/,
  );
  assert.match(error ?? "", /user-data of app3 is/);
  assert.deepEqual(calls, []);
});

test("a Node that is too old is told which one, and how", () => {
  const old =
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } })";
  const script = `${old}; import("${root}infra/main.js").catch((error) => console.log(error.message))`;
  const { stdout } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
  assert.match(stdout, /needs Node 24, and this is Node 20\.1\.0\.\nfix: `npx -c 'pulumi up'`/);
});

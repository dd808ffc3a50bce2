/** What goes wrong outside the program: told in words, without a trace, and nothing is lost. */
import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createDeployment } from "../../../lab/world/deployment.ts";
import { shop } from "../../infra/shop.ts";
import { owner } from "../../lab/exoscale/cloud.ts";
import { fixtureSecret } from "../../render-example.ts";
import { bundle, startProject } from "./project.ts";

const small = { ...shop, nodes: 2, "app-servers": { count: 1 } };
const project = await startProject({ stack: small });
const { cloud, deployment, fails, folder, write } = project;

/** Says that it is an error, and shows no trace of the program's own insides. */
function isClear(said: string): void {
  assert.match(said, /error: /);
  assert.doesNotMatch(said, /^\s+at .+:\d+:\d+|node:internal|Unhandled|panic/m);
}

test("a stack file with a mistake is shown with its line", async () => {
  write({ ...small, nods: 3 });
  const said = await fails("preview");
  isClear(said);
  assert.match(said, /unknown key "nods"[\s\S]*stack\.yaml:1:\d+[\s\S]*did you mean `nodes`\?/);
  write(small);
});

test("a stack file that is not there is named", async () => {
  const stack = (await deployment.pulumi("config", "get", "baton:stack")).stdout.trim();
  await deployment.configure("baton:stack", "nowhere.yaml");
  const said = await fails("preview");
  isClear(said);
  assert.match(
    said,
    /the stack file nowhere\.yaml cannot be read: there is no such file[\s\S]*fix: check/,
  );
  await deployment.configure("baton:stack", stack);
});

test("credentials that the cloud refuses are called so", async () => {
  await deployment.configure("exoscale:secret", "not-the-secret");
  const said = await fails("up", "--yes", "--skip-preview");
  isClear(said);
  assert.match(said, /error: the cloud refuses the key that it is asked with: .*signature/);
  assert.match(said, /fix: check EXOSCALE_API_KEY and EXOSCALE_API_SECRET/);
  // Another key is taken at once: the engine does not go on with the one that it recorded.
  await deployment.configure("exoscale:secret", undefined);
});

test("the stand-in calls itself a stand-in in every error", async () => {
  await deployment.configure("exoscale:key", "");
  const said = await fails("preview");
  isClear(said);
  assert.match(said, /the lab's stand-in for the Exoscale provider: it needs a key: set EXO/);
  await deployment.configure("exoscale:key", undefined);
});

test("a quota stops an update half-way, and the next one goes on", async () => {
  const message = "Quota exceeded for resource instance: 2 of 2 in use";
  const effect = { kind: "error", status: 403, message } as const;
  cloud.input({ kind: "fault", fault: { name: "quota", calls: ["create-instance"], effect } });
  const said = await fails("up", "--yes", "--skip-preview");
  isClear(said);
  assert.match(said, /Quota exceeded for resource instance: 2 of 2 in use/);
  cloud.input({ kind: "mend", name: "quota" });
  await deployment.up();
  assert.equal(Object.keys(cloud.world().instances).length, 3);
  await deployment.destroy();
});

test("in a lab the secrets that a config of the owner's would hold are made", async () => {
  const stackFile = join(folder, "secret.yaml");
  writeFileSync(stackFile, JSON.stringify({ ...small, secret: "${pulumi:stackSecret}" }));
  const { endpoint } = cloud;
  const lab = { engine: project.engine, folder: join(folder, "lab"), stackFile, endpoint, owner };
  const made = await createDeployment({ ...lab, env: process.env });
  await made.configure("baton:agentBundle", bundle);
  const { code, output } = await made.pulumi("preview");
  assert.equal(code, 0, output);
});

test("another provider plugin takes the stand-in's place by one variable", async () => {
  const log = join(folder, "started");
  const plugin = join(folder, "pulumi-resource-exoscale");
  const main = fileURLToPath(new URL("../../../lab/plugins/exoscale/main.ts", import.meta.url));
  const script = [
    "#!/bin/sh",
    `echo "$@" >> '${log}'`,
    `exec '${process.execPath}' '${main}' "$@"`,
  ];
  writeFileSync(plugin, `${script.join("\n")}\n`);
  chmodSync(plugin, 0o755);
  const options = {
    engine: project.engine,
    folder: join(folder, "other"),
    stackFile: join(folder, "stack.yaml"),
    endpoint: cloud.endpoint,
    owner,
    env: { ...process.env, BATON_SECRET: fixtureSecret, BATON_PLUGIN_EXOSCALE: plugin },
  };
  const other = await createDeployment(options);
  await other.configure("baton:agentBundle", bundle);
  assert.ok(!other.isStandIn && deployment.isStandIn);
  const { code, output } = await other.pulumi("preview");
  assert.equal(code, 0, output);
  assert.match(readFileSync(log, "utf8"), /127\.0\.0\.1:\d+/);
  const nowhere = { ...options, env: { ...options.env, BATON_PLUGIN_EXOSCALE: "/nowhere/plugin" } };
  await assert.rejects(
    createDeployment(nowhere),
    /BATON_PLUGIN_EXOSCALE names \/nowhere\/plugin, and there is no such file; name the program/,
  );
});

/** `pulumi` as people type it at a lab's desk: without options, in whatever folder they are. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { attempt } from "../../../lab/command.ts";
import { shop } from "../../infra/shop.ts";
import { startProject } from "./project.ts";

const { cloud, deployment, folder } = await startProject({
  stack: { ...shop, nodes: 2, "app-servers": { count: 1 } },
});
const own = join(folder, "own");
mkdirSync(own);
/** A passphrase of the user's own is not that of the lab's stack. */
const env = { ...deployment.env, PULUMI_CONFIG_PASSPHRASE: "of another stack" };

/** Runs a command line in a folder that has no project. */
async function typed(line: string): Promise<string> {
  const argv = ["sh", "-c", 'cd "$1" && exec sh -c "$2"', "sh", own, line];
  const { code, stdout, stderr } = await attempt(argv, { env });
  assert.equal(code, 0, `${line}: ${stdout}${stderr}`);
  assert.deepEqual(readdirSync(own), [], `${line} writes into the user's folder`);
  return stdout;
}

test("config, preview, up, refresh and outputs are those of the lab's stack", async () => {
  assert.match(await typed("pulumi config"), /stack +\S+stack\.yaml/);
  await typed("pulumi config set --secret baton:note 'two words'");
  assert.equal((await typed("pulumi config get baton:note")).trim(), "two words");
  await typed("pulumi config rm baton:note");
  assert.match(await typed("pulumi preview --suppress-outputs"), /\+ \d+ to create/);
  await typed("pulumi up --yes --skip-preview --suppress-outputs");
  assert.equal(Object.keys(cloud.world().instances).length, 3);
  await typed("pulumi refresh --yes --skip-preview --suppress-outputs");
  assert.match(await typed("pulumi stack output urls"), /http:/);
});

test("a config file that is named is taken, as `baton roll` names it", async () => {
  const line = 'pulumi config get baton:stack --config-file "$BATON_PULUMI_CONFIG_FILE"';
  assert.match(await typed(line), /stack\.yaml/);
});

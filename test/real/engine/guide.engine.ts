/** The guide to a real account, typed from top to bottom against the emulated cloud. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { attempt } from "../../../lab/command.ts";
import { makeEngine } from "../../../lab/engine/make.ts";
import { enginePlan } from "../../../lab/engine/plan.ts";
import { createWorkspace } from "../../../lab/engine/workspace.ts";
import { scriptOf } from "../../docs/blocks.ts";
import { cloneProject } from "../../docs/clone.ts";
import { owner, startEmpty } from "../../lab/exoscale/cloud.ts";
import { cache } from "./engine.ts";

test("docs/exoscale.md makes a stack, changes it, and takes it away", async (context) => {
  const engine = await makeEngine(await enginePlan({ cache, env: process.env }), (text) =>
    context.diagnostic(text),
  );
  const cloud = await startEmpty();
  const { folder, env } = cloneProject();
  context.after(async () => {
    await cloud.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const workspace = createWorkspace({
    engine,
    folder: join(folder, ".engine"),
    env: { ...process.env, ...env, BATON_STAND_IN_POLL_MS: "50" },
    cloud: { endpoint: cloud.endpoint, ...owner },
  });
  // Its questions are answered with yes.
  const asked = { ...env, ...workspace.env, PULUMI_SKIP_CONFIRMATIONS: "true" };
  const script = `cd '${folder}'\n${scriptOf("docs/exoscale.md", "cloud")}`;
  const { code, stdout, stderr } = await attempt(["sh", "-euxc", script], { env: asked });
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  const made = cloud.requests.filter(({ call }) => call === "create-instance");
  assert.equal(made.length, 9, "five hosts, and both load balancers twice more");
  const { templates, instanceTypes, zone, apiEndpoint, ...tables } = cloud.world();
  for (const [table, left] of Object.entries(tables)) assert.deepEqual(left, {}, table);
});

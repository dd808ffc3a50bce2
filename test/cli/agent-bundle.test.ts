/** The agent as one file: built once for all who ask, and the same for the same sources. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { agentBundle } from "../../cli/agent-bundle.ts";

test("the bundle is built once for all who ask, and the same for the same sources", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "baton-bundle-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const ask = () => agentBundle("exoscale", folder);
  const [one, other] = await Promise.all([ask(), ask()]);
  assert.ok(one === other, "two builds hold up the process twice, for seconds each");
  assert.ok((await ask()).text === one.text, "what was kept differs from what was built");
  const elsewhere = await agentBundle("exoscale");
  assert.ok(elsewhere.text === one.text, "two builds of the same sources differ");
});

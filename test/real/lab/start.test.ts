/** `npm start -- --once` as its user has it: stands up, fails over, judges that, and leaves nothing. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { log, stackFrom } from "./bench.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

test("a run fails the stack over, tells what came of it, and ends by itself", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "baton-start-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const name = `baton-once-${process.pid}`;
  const stack = stackFrom("exoscale-elastic-ip-article", [], folder);
  const args = ["cli/lab-process.ts", stack, "--once", "--no-page", "--name", name];
  const lab = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  context.after(() => lab.exitCode === null && lab.kill("SIGINT"));
  let said = "";
  lab.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const [code] = await once(lab, "close");
  log(said);
  assert.match(said, /lb1 loses its power/);
  assert.match(said, /from the fault until the claim, limit 3\.0 s; \d+ of \d+ requests failed/);
  // Each address is judged, and the exit code is the verdict.
  assert.match(said, /^[✓✗] 198\.51\.100\.50\b/m);
  assert.equal(code, /^✗ /m.test(said) ? 1 : 0);
  assert.match(said, /held by lb2/);
  assert.ok(!existsSync(join("/run", name)), "nothing is left");
});

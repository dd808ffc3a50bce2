/** Other programs: how they end, and that none outlives its time. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "../../../agent/host/run.ts";
import { until } from "../cloud/double.ts";

const shell = (text: string, timeoutMs = 5_000) => run(["/bin/sh", "-c", text], timeoutMs);

test("the exit code decides, and the first line of stderr says why", async () => {
  assert.equal((await shell("echo all is well >&2")).good, true);
  assert.deepEqual(await shell("echo; exit 1"), { good: false, why: "exit 1" });
  assert.deepEqual(await shell("kill -9 $$"), { good: false, why: "SIGKILL" });
});

test("a program that talks without end is not kept in memory", async () => {
  const { why } = await shell("head -c 10000000 /dev/zero | tr '\\0' x >&2; exit 1");
  assert.equal(why, `exit 1: ${"x".repeat(100)}`);
});

test("nothing of its words goes through a shell", async () => {
  const { good } = await run(["/usr/bin/test", "$(echo a);b", "=", "$(echo a);b"], 5_000);
  assert.equal(good, true);
});

test("when the time is over, what it started ends too", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "baton-run-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "pid");
  const ran = await shell(`sleep 60 & echo $! > '${file}'; wait`, 500);
  assert.deepEqual(ran, { good: false, why: "no end within 500 ms" });
  const state = (): string => {
    try {
      // The third field is the state, Z for one that has ended and was not fetched yet.
      return readFileSync(`/proc/${Number(readFileSync(file, "utf8"))}/stat`, "utf8");
    } catch {
      return "gone";
    }
  };
  await until(() => /^gone|\) Z/.test(state()));
});

test("what cannot be run is told, and never thrown", async () => {
  for (const [path, code] of [
    ["/nowhere/check", "ENOENT"],
    ["/etc/passwd", "EACCES"],
    ["/etc/passwd/check", "ENOTDIR"],
  ] as const) {
    assert.deepEqual(await run([path], 5_000), { good: false, why: `cannot be run: ${code}` });
  }
});

test("where no file can be opened any more, that is told too", async () => {
  // In a process of its own, as the bound counts for a whole one.
  const source = new URL("../../../agent/host/run.ts", import.meta.url);
  const program = `
    import { openSync } from "node:fs";
    import { run } from ${JSON.stringify(source.href)};
    try { for (;;) openSync("/dev/null"); } catch {}
    const { good, why } = await run(["/bin/true"], 5_000);
    process.exit(!good && why === "cannot be run: EMFILE" ? 0 : 9);
  `;
  const node = `exec '${process.execPath}' --input-type=module -e "$0"`;
  const argv = ["/bin/sh", "-c", `ulimit -n 100; ${node}`, program];
  assert.deepEqual(await run(argv, 30_000), { good: true, why: "exit 0" });
});

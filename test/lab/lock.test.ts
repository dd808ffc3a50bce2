/** A lock that is a folder: whose it is, and what a crash or a power cut leaves of it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { tryLock } from "../../lab/lock.ts";

/** @param pid what the lock's file says, where there is a lock */
function lockOf(context: TestContext, pid?: string) {
  const folder = mkdtempSync(join(tmpdir(), "baton-lock-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const lock = join(folder, "lock");
  if (pid !== undefined) {
    mkdirSync(lock);
    writeFileSync(join(lock, "pid"), pid);
  }
  return { lock, left: () => readdirSync(folder) };
}

test("who comes second is told who was first, and has it when that ends", (context) => {
  const { lock, left } = lockOf(context);
  const end = tryLock(lock);
  assert.ok(typeof end === "function");
  assert.equal(tryLock(lock), process.pid);
  end();
  assert.deepEqual(left(), []);
});

test("what a dead process has left is taken over, and so is what a power cut left empty", (context) => {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  for (const dead of [String(pid), "", "0", "none"]) {
    const { lock, left } = lockOf(context, dead);
    const end = tryLock(lock);
    assert.ok(typeof end === "function", `held by "${dead}"`);
    assert.deepEqual(left(), ["lock"]);
    end();
    assert.ok(!existsSync(lock));
  }
});

test("what has become another's is not ended", (context) => {
  const { lock, left } = lockOf(context);
  const end = tryLock(lock);
  assert.ok(typeof end === "function");
  writeFileSync(join(lock, "pid"), "1");
  end();
  assert.deepEqual(left(), ["lock"]);
});

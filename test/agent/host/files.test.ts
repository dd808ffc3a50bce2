/** Small files: whole or not at all, and no reason to stop when there is no room for them. */
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createSaver, loadJson } from "../../../agent/host/files.ts";

const { save } = createSaver();
const fail = (text: string): void => assert.fail(text);

test("what was saved is loaded, for its owner alone, and nothing else is left", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "baton-files-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "deep", "peers.json");
  assert.equal(await save(path, { one: 1 }), undefined);
  assert.deepEqual(loadJson(path, fail), { one: 1 });
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(folder, "deep")), ["peers.json"]);
});

test("a broken or missing file is as good as none, and the broken one is told", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "baton-files-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "events.json");
  assert.equal(loadJson(path, fail), undefined);
  writeFileSync(path, '{"cut');
  const told: string[] = [];
  assert.equal(
    loadJson(path, (text) => told.push(text)),
    undefined,
  );
  assert.match(told.join(), /events\.json cannot be read, and counts as none: /);
});

test("where nothing can be written, that is told and not thrown", async () => {
  assert.equal(
    await save("/proc/nowhere/x.json", 1),
    "/proc/nowhere/x.json cannot be written: ENOENT",
  );
});

test("a folder of another account is named, with what to do", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "baton-files-"));
  context.after(() => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o555);
  const isRoot = process.getuid?.() === 0;
  // Nothing is forbidden to root.
  if (isRoot) process.seteuid?.(65534);
  const told = await save(join(folder, "x.json"), 1);
  if (isRoot) process.seteuid?.(0);
  assert.equal(told, `${folder}/x.json cannot be written: EACCES; make ${folder} this account's`);
});

test("of values that come faster than they are written, only the last waits", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "baton-files-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "x.json");
  const turns = new Set(Array.from({ length: 1_000 }, (_, value) => save(path, value)));
  assert.equal(turns.size, 1);
  await Promise.all(turns);
  assert.equal(loadJson(path, fail), 999);
});

/** The history: what survives a restart, and what of a file is believed. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createJournal } from "../../agent/journal.ts";
import { folder as scratch } from "./status/socket.ts";

function journal(t: TestContext, events?: unknown) {
  const folder = scratch(t);
  const file = join(folder, "events.json");
  if (events !== undefined) writeFileSync(file, JSON.stringify(events));
  const lines: string[] = [];
  const metrics = { note: () => undefined, call: () => undefined };
  const log = (level: string, text: string): void => void lines.push(`${level} ${text}`);
  return { ...createJournal({ log, folder, wallMs: () => 7, metrics }), folder, file, lines };
}

const holders = { kind: "holders", ip: "203.0.113.7", holders: ["lb1"], at: 5 };
const moved = { kind: "moved", ip: "203.0.113.7", claimMs: 1, confirmMs: 2, at: 6 };

test("what happened survives, and why a node stands where it does is no event", async (t) => {
  const { note, events, saving, file, lines } = journal(t, [holders]);
  note({ kind: "holders", ip: "203.0.113.7", holders: [] });
  note({ kind: "reason", ip: "203.0.113.7", text: "stands by" });
  assert.deepEqual(events(), [holders, { ...holders, holders: [], at: 7 }]);
  await saving();
  assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), events());
  assert.deepEqual(lines, ["notice 203.0.113.7: held by nobody", "info 203.0.113.7: stands by"]);
});

test("of a broken history, only what the status can show is kept", (t) => {
  const broken = [
    { ...holders, holders: undefined },
    { ...holders, holders: [1] },
    { ...holders, at: "5" },
    { ...holders, at: 1e300 },
    { ...holders, at: -1e300 },
    { ...moved, claimMs: undefined },
    { ...moved, confirmMs: "2" },
    { at: 1 },
    null,
    "x",
  ];
  const { events } = journal(t, [...broken, holders, moved]);
  assert.deepEqual(events(), [holders, moved]);
  assert.deepEqual(journal(t, { 0: holders }).events(), []);
});

test("the history is bounded, however long the file is", (t) => {
  const { events } = journal(t, Array(1_000).fill(holders));
  assert.equal(events().length, 200);
});

test("what cannot be saved is told, in the log and to who asked", async (t) => {
  const { save, folder, lines } = journal(t);
  mkdirSync(join(folder, "maintenance.json"));
  const why = `${folder}/maintenance.json cannot be written: EISDIR`;
  assert.equal(await save("maintenance", true), why);
  assert.deepEqual(lines, [`warning ${why}`]);
  assert.equal(await save("peers", {}), undefined);
});

test("a disk that does not answer keeps nobody waiting, and nothing piles up behind it", async (t) => {
  const { note, save, events, saving, folder, file } = journal(t);
  // A write to a pipe takes until somebody reads it.
  const stuck = `${folder}/peers.json.new`;
  spawnSync("mkfifo", [stuck]);
  const peers = save("peers", {});
  for (let count = 0; count < 300; count += 1)
    note({ kind: "holders", ip: "203.0.113.7", holders: [String(count)] });
  const wishes = [true, false].map((on) => save("maintenance", on));
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(!existsSync(file), "one write at a time");
  assert.equal(await readFile(stuck, "utf8"), "{}");
  assert.deepEqual(await Promise.all([peers, ...wishes]), [undefined, undefined, undefined]);
  await saving();
  assert.equal(readFileSync(`${folder}/maintenance.json`, "utf8"), "false");
  assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), events());
});

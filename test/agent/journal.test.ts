/** The history: what survives a restart, and what of a file is believed. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
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

test("what happened survives, and why a node stands where it does is no event", (t) => {
  const { note, events, file, lines } = journal(t, [holders]);
  note({ kind: "holders", ip: "203.0.113.7", holders: [] });
  note({ kind: "reason", ip: "203.0.113.7", text: "stands by" });
  assert.deepEqual(events(), [holders, { ...holders, holders: [], at: 7 }]);
  assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), events());
  assert.deepEqual(lines, ["notice 203.0.113.7: held by nobody", "info 203.0.113.7: stands by"]);
});

test("of a broken history, only what the status can show is kept", (t) => {
  const broken = [
    { ...holders, holders: undefined },
    { ...holders, holders: [1] },
    { ...holders, at: "5" },
    { ...holders, at: 1e300 },
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

test("what cannot be saved is told, in the log and to who asked", (t) => {
  const { save, folder, lines } = journal(t);
  mkdirSync(join(folder, "maintenance.json"));
  const why = `${folder}/maintenance.json cannot be written: EISDIR`;
  assert.equal(save("maintenance", true), why);
  assert.deepEqual(lines, [`warning ${why}`]);
  assert.equal(save("peers", {}), undefined);
});

/** The word that an agent leaves to the next one of its node. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { start } from "../../agent/core/start.ts";
import type { AddressState, State } from "../../agent/core/state.ts";
import { leaveWord, takeWord } from "../../agent/ending.ts";
import { createJournal } from "../../agent/journal.ts";
import { ip, settings } from "./core/settings.ts";
import { folder as scratch } from "./status/socket.ts";

const metrics = { note: () => undefined, call: () => undefined };

function disk(t: TestContext) {
  const folder = scratch(t);
  const lines: string[] = [];
  const log = (level: string, text: string): void => void lines.push(`${level} ${text}`);
  const journal = createJournal({ log, folder, wallMs: () => 7, metrics });
  return { ...journal, folder, lines };
}

/** So long after its start that nothing is inherited any more. */
const calm: State = { ...start(settings, 0, 0.5), now: 60_000 };

const having = (changes: Partial<AddressState>): State => {
  const [address] = calm.addresses.values();
  assert.ok(address);
  return { ...calm, addresses: new Map([[ip, { ...address, ...changes }]]) };
};

test("the word is left once, and taken once", async (t) => {
  const saved = disk(t);
  assert.equal(await takeWord(saved), false);
  leaveWord(saved, calm);
  await saved.saving();
  assert.equal(await takeWord(saved), true);
  assert.equal(await takeWord(saved), false);
  assert.deepEqual(saved.lines, []);
});

test("no word is left while a release may land", async (t) => {
  const release = { kind: "release", whom: "lb2", sentAt: 59_000, fenceAt: 69_000 } as const;
  const states: readonly (readonly [State, boolean])[] = [
    [{ ...calm, now: 1_000 }, false],
    [having({ request: release }), false],
    [having({ mayLoseUntil: 60_001 }), false],
    [having({ releasedAt: new Map([["lb2", 60_001]]) }), false],
    [having({ request: { ...release, kind: "claim", whom: "lb1" } }), true],
    // A peer told of one.
    [having({ releasedAt: new Map([["lb2", 59_999]]) }), true],
  ];
  for (const [state, expected] of states) {
    const saved = disk(t);
    leaveWord(saved, state);
    await saved.saving();
    assert.equal(await takeWord(saved), expected, JSON.stringify([...state.addresses.values()]));
  }
});

test("a word of another boot, or of no agent, is not believed", async (t) => {
  const saved = disk(t);
  const file = join(saved.folder, "ended.json");
  leaveWord(saved, calm);
  await saved.saving();
  const { bootedAtMs }: { bootedAtMs: number } = JSON.parse(readFileSync(file, "utf8"));
  for (const text of [
    JSON.stringify({ bootedAtMs: bootedAtMs - 60_000 }),
    JSON.stringify({ bootedAtMs: String(bootedAtMs) }),
    "true",
    "{",
  ]) {
    writeFileSync(file, text);
    assert.equal(await takeWord(saved), false, text);
  }
});

test("a word that cannot be taken away is not believed", async (t) => {
  const saved = disk(t);
  leaveWord(saved, calm);
  await saved.saving();
  const word = saved.saved("ended");
  rmSync(saved.folder, { recursive: true });
  // In its place stands what no file can be written in.
  writeFileSync(saved.folder, "");
  assert.equal(await takeWord({ ...saved, saved: () => word }), false);
  assert.match(saved.lines.join(), /warning .*ended\.json cannot be written/);
});

/** The word that an agent leaves to the next one of its node. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { start } from "../../agent/core/start.ts";
import type { AddressState, State } from "../../agent/core/state.ts";
import { openWord } from "../../agent/ending.ts";
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

const watched = { addresses: [{ name: "web", ip, interface: "lo", ranks: {} }] };
type Saved = Parameters<typeof openWord>[0] & { readonly saving: () => Promise<unknown> };

/** One run of an agent: takes what the one before has left, and leaves its own. */
async function run(saved: Saved, state?: State, config = watched): Promise<string> {
  const word = openWord(saved, config);
  const past = await word.take();
  if (state) word.leave(state);
  await saved.saving();
  return past;
}

test("a word is left once, and taken once", async (t) => {
  const saved = disk(t);
  assert.equal(await run(saved, calm), "unknown");
  assert.equal(await run(saved), "in order");
  assert.equal(await run(saved), "unknown");
  assert.deepEqual(saved.lines, []);
});

test("who let go last says so, and no word is left while a release may land", async (t) => {
  const release = { kind: "release", whom: "lb2", sentAt: 59_000, fenceAt: 69_000 } as const;
  const states: readonly (readonly [State, string])[] = [
    [{ ...calm, now: 1_000 }, "unknown"],
    [having({ request: release }), "unknown"],
    [having({ mayLoseUntil: 60_001 }), "unknown"],
    [having({ releaseLandsAt: new Map([["lb2", 60_001]]) }), "unknown"],
    [having({ request: { ...release, kind: "claim", whom: "lb1" } }), "in order"],
    // A peer told of one.
    [having({ releaseLandsAt: new Map([["lb2", 59_999]]) }), "in order"],
    [having({ ended: { kind: "release", whom: "lb1", done: true } }), "let go"],
    [having({ ended: { kind: "release", whom: "lb2", done: true } }), "in order"],
  ];
  for (const [state, expected] of states) {
    const saved = disk(t);
    await run(saved, state);
    assert.equal(await run(saved), expected, JSON.stringify([...state.addresses.values()]));
  }
});

test("a word of another boot, or of no agent, is not believed", async (t) => {
  const saved = disk(t);
  const file = join(saved.folder, "ended.json");
  await run(saved, calm);
  const left = JSON.parse(readFileSync(file, "utf8"));
  const texts = [
    { ...left, bootedAtMs: left.bootedAtMs - 3_000 },
    { ...left, bootedAtMs: left.bootedAtMs + 3_000 },
    { ...left, bootedAtMs: "soon" },
    { ...left, past: "fine" },
    true,
  ].map((word) => JSON.stringify(word));
  for (const text of [...texts, "{"]) {
    writeFileSync(file, text);
    assert.equal(await run(saved), "unknown", text);
  }
});

test("agents that share a directory do not take each other's word", async (t) => {
  const saved = disk(t);
  const other = { addresses: [{ ...watched.addresses[0], ip: "203.0.113.8" }] } as typeof watched;
  const first = openWord(saved, watched);
  await first.take();
  await run(saved, undefined, other);
  first.leave(calm);
  await saved.saving();
  assert.equal(await run(saved), "unknown", "another has begun since");
  await run(saved, calm, other);
  assert.equal(await run(saved), "unknown", "it is the other's");
});

test("a word that cannot be taken away is not believed", async (t) => {
  const saved = disk(t);
  await run(saved, calm);
  const word = saved.saved("ended");
  rmSync(saved.folder, { recursive: true });
  // In its place stands what no file can be written in.
  writeFileSync(saved.folder, "");
  assert.equal(await run({ ...saved, saved: () => word }), "unknown");
  assert.match(saved.lines.join(), /warning .*ended\.json cannot be written/);
});

/** A late holder is looked at before it is dead, also by a node that read much lately (I6, R6). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { act } from "../../../agent/core/act.ts";
import { heard } from "../../../agent/core/heard.ts";
import { start } from "../../../agent/core/start.ts";
import type { State } from "../../../agent/core/state.ts";
import { ip, settings } from "./settings.ts";

/** At 60 s lb2 holds and was heard, and so many calls were made within the minute. */
function busy(calls: number): State {
  const begun: State = {
    ...start(settings, 0, 0.5),
    group: new Set(["lb1", "lb2"]),
    now: 60_000,
    listenUntil: 0,
    calls: Array.from({ length: calls }, () => 59_900),
  };
  const frame = {
    wire: "authenticated",
    node: "lb2",
    name: "lb2",
    boot: "b0",
    sequence: 1,
    uptimeMs: 60_000,
    intervalMs: 1000,
    healthy: true,
    maintenance: false,
    resigningMs: 0,
    priority: 128,
    heard: [{ node: "lb1", boot: "self", sequence: 1, ageMs: 0, proven: true }],
    addresses: [],
    releases: [],
  } as const;
  const state = heard(begun, "lb2", frame, []);
  const address = state.addresses.get(ip);
  assert.ok(address);
  const seen = {
    scope: "group",
    holders: new Set(["lb2"]),
    stopped: new Map<string, number>(),
  } as const;
  const known = { ...address, seen: { ...seen, begunAt: 59_000 }, requestEndedAt: 0 };
  const due = { ...known, observeAt: 0, doubted: true };
  return { ...state, addresses: new Map([[ip, due]]) };
}

const reads = (calls: number, now: number): boolean =>
  act({ ...busy(calls), now }).effects.some(({ type }) => type === "observe");

test("after many calls the next read can wait, but not the one before a holder is dead", () => {
  assert.equal(reads(40, 60_400), true);
  assert.equal(reads(70, 60_400), false);
  assert.equal(reads(70, 61_000 + 1000), true);
  // Nor that one where a holder is late all the time.
  assert.equal(reads(100, 61_000 + 1000), false);
});

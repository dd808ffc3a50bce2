/** A late holder is looked at before it is dead, also by a node that read much lately (I6, R6). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { act } from "../../../agent/core/act.ts";
import type { State } from "../../../agent/core/state.ts";
import { begun, hears, ip } from "./settings.ts";

/** At 60 s lb2 holds and was heard, and so many calls were made within the minute. */
function busy(calls: number): State {
  const calm = { ...begun, now: 60_000, listenUntil: 0 };
  const made = Array.from({ length: calls }, () => 59_900);
  const state = hears({ ...calm, calls: made }, { uptimeMs: 60_000 });
  const address = state.addresses.get(ip);
  assert.ok(address);
  const seen = {
    scope: "group",
    holders: new Set(["lb2"]),
    stopped: new Map<string, number>(),
  } as const;
  const known = {
    ...address,
    seen: { ...seen, begunAt: 59_000, answeredAt: 59_000 },
    requestEndedAt: 0,
  };
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

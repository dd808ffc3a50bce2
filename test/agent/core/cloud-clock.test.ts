/** A node that hears nobody learns from the cloud's clock that it slept unseen (R15). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { start } from "../../../agent/core/start.ts";
import type { State } from "../../../agent/core/state.ts";
import { step } from "../../../agent/core/step.ts";
import { ip, settings } from "./settings.ts";

const ready: State = { ...start(settings, 0, 0.5), group: new Set(["lb1", "lb2"]), aloneUntil: 0 };

/** Reads one after the other, each with how far the cloud's clock was ahead; gives the last. */
function afterReads(...reads: readonly (readonly [now: number, cloudAheadMs: number])[]) {
  let state = ready;
  let abandoned = false;
  for (const [now, cloudAheadMs] of reads) {
    const read = { scope: "group", begunAt: now, stopped: new Set<string>() } as const;
    const holders = new Map([[ip, new Set(["lb2"])]]);
    // Nothing else may look like a pause.
    const awake = { ...state, now: now - 1 };
    const next = step(awake, { type: "observed", ...read, holders, cloudAheadMs }, now);
    state = next.state;
    abandoned = next.effects.some(({ type }) => type === "abandon");
  }
  return { abandoned, seen: state.addresses.get(ip)?.seen };
}

test("a cloud's clock that went on for longer than ours shows a pause", () => {
  const { abandoned, seen } = afterReads([1_000, 700_000], [11_000, 700_000 + 4_500]);
  assert.equal(abandoned, true);
  assert.equal(seen, undefined);
});

test("seconds cut off, drift and a late answer show none", () => {
  assert.equal(afterReads([1_000, 700_000], [11_000, 700_000 + 3_900]).abandoned, false);
  assert.equal(afterReads([1_000, 700_000], [101_000, 700_000 + 5_900]).abandoned, false);
  const late = [11_000, 700_000 - 4_000] as const;
  assert.equal(afterReads([1_000, 700_000], late, [12_000, 700_900]).abandoned, false);
});

test("what a pause has shown once is no pause again", () => {
  const slept = [11_000, 710_000] as const;
  assert.equal(afterReads([1_000, 700_000], slept, [12_000, 710_000]).abandoned, false);
});

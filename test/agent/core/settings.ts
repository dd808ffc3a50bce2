/** One node of two that follows another election: the least that the core runs with. */
import { heard } from "../../../agent/core/heard.ts";
import { start } from "../../../agent/core/start.ts";
import type { Settings, State } from "../../../agent/core/state.ts";
import type { SignedAdvertisement } from "../../../agent/wire/advertisement.ts";
import { plain } from "../wire/frames.ts";

export const ip = "203.0.113.7";

export const settings: Settings = {
  self: "lb1",
  boot: "self",
  election: { method: "wish" },
  addresses: [{ ip, rank: 0 }],
  settleMs: 1000,
  deadlineMs: 5000,
  checks: [],
  releaseOnStop: false,
  respectMs: 60_000,
  takeFromOutside: false,
};

export const begun: State = { ...start(settings, 0, 0.5), group: new Set(["lb1", "lb2"]) };

/** Its state after a frame of the other, which is well and hears it. */
export const hears = (state: State, changes: Partial<SignedAdvertisement>): State => {
  const other = { node: "lb2", name: "lb2", boot: "b0", priority: 128, addresses: [] };
  const ours = [{ node: "lb1", boot: "self", sequence: 1, ageMs: 0, proven: true }];
  const frame: SignedAdvertisement = { ...plain, ...other, heard: ours, ...changes };
  return heard(state, "lb2", frame, []);
};

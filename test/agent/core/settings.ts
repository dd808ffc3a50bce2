/** One node of two that follows another election: the least that the core runs with. */
import type { Settings } from "../../../agent/core/state.ts";

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

/** One node of two that follows another election: the least that the core runs with. */
import { heard } from "../../../agent/core/heard.ts";
import { start } from "../../../agent/core/start.ts";
import type { Settings, State } from "../../../agent/core/state.ts";
import type { SignedAdvertisement } from "../../../agent/wire/advertisement.ts";

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
  const frame: SignedAdvertisement = {
    wire: "authenticated",
    node: "lb2",
    name: "lb2",
    boot: "b0",
    sequence: 1,
    uptimeMs: 0,
    intervalMs: 1000,
    healthy: true,
    maintenance: false,
    resigningMs: 0,
    priority: 128,
    heard: [{ node: "lb1", boot: "self", sequence: 1, ageMs: 0, proven: true }],
    addresses: [],
    releases: [],
    ...changes,
  };
  return heard(state, "lb2", frame, []);
};

/** A status in which all is well, to be changed by each test. */
import type { AgentConfig } from "../../../agent/config.ts";
import type { AddressStatus, PeerStatus, Status } from "../../../agent/status/status.ts";

export const election: AgentConfig["election"] = {
  method: "heartbeat",
  intervalMs: 1_000,
  deadRatio: 3,
  hold: "exclusive",
  port: 12_345,
  wire: "authenticated",
  priority: 1,
  peers: { from: "security-group", name: "lb" },
  preempt: true,
  preemptDelayMs: 0,
};

export const address = (changes: Partial<AddressStatus> = {}): AddressStatus => ({
  ip: "203.0.113.7",
  name: "web",
  role: "master",
  holds: true,
  seenMs: 4_000,
  holders: ["lb1"],
  why: "holds, as elected",
  contestMs: undefined,
  onHost: true,
  ...changes,
});

export const peer = (changes: Partial<PeerStatus> = {}): PeerStatus => ({
  id: "22222222-2222-4222-8222-222222222222",
  name: "lb2",
  ip: "192.0.2.12",
  heardMs: 400,
  heard: true,
  bothWays: true,
  healthy: true,
  resigning: false,
  priority: 128,
  ...changes,
});

export const sample = (changes: Partial<Status> = {}): Status => ({
  version: "0.1.0",
  stack: "shop",
  node: "lb1",
  instance: "11111111-1111-4111-8111-111111111111",
  uptimeMs: 3 * 3_600_000,
  election,
  priority: 128,
  healthy: true,
  checks: [],
  maintenance: false,
  resigning: false,
  addresses: [address()],
  peers: [peer()],
  moves: [],
  api: { reachable: true, error: undefined, calls: 7, clockAheadMs: 12 },
  frames: { accepted: 20, sent: 30, dropped: {} },
  settleMs: 2_000,
  problems: [],
  ...changes,
});

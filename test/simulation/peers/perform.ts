/** One case with one program on both hosts: what the clients got, and who holds in the end. */
import type { GroupPlan, NodePlan, Plan } from "../plan.ts";
import { type Result, run } from "../run.ts";
import { faultAt, type PeerCase } from "./cases.ts";

export type Peer = NodePlan["program"];

const group: GroupPlan = {
  election: "heartbeat",
  wire: "authenticated",
  intervalMs: 1_000,
  deadRatio: 3,
  preempt: true,
  preemptDelayMs: 0,
  hold: "exclusive",
  equal: false,
  orders: [[0, 1]],
  checkMs: 1_000,
  settleMs: 1_000,
  deadlineMs: 5_000,
  respectMs: 60_000,
  takeFromOutside: false,
};

/** A stopped host is back after this time, measured from the fault. */
const mendedMs = 100_000;
/** Long enough for exoip, which looks at the cloud every five minutes. */
export const watchedMs = 400_000;

/** keepalived's users have a script that moves the address, whoever holds it. */
const groups: Readonly<Record<Peer, GroupPlan>> = {
  baton: group,
  exoip: { ...group, wire: "exoip" },
  keepalived: { ...group, election: "vrrp" },
};

export function planFor(one: PeerCase, program: Peer): Plan {
  const healAt = faultAt + mendedMs;
  const watchMs = faultAt + watchedMs - healAt;
  return {
    seed: 1,
    nodes: [0, 1].map((index) => ({
      program,
      priority: 10 + 10 * index,
      driftRate: 1,
      bootAt: 150 * index,
    })),
    group: groups[program],
    cloud: {
      kind: program === "keepalived" ? "ovh" : "exoscale",
      operationMs: [50, 50],
      latencyMs: [25, 25],
      lagMs: 0,
      ...one.cloud,
    },
    network: { delayMs: [0.5, 0.5], duplicates: 0 },
    realSignatures: false,
    faults: one.faults,
    healAt,
    boundMs: 30_000,
    watchMs,
    calmMs: watchMs,
  };
}

export const perform = (one: PeerCase, program: Peer): Result =>
  run(planFor(one, program), {
    measuredFrom: one.from ?? faultAt,
    unjudged: program !== "baton",
    tracing: true,
  });

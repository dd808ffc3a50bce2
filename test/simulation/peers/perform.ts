/** One case with one program on both hosts: what the clients got, and who holds in the end. */

import type { Fault } from "../faults.ts";
import type { KeepalivedPlan } from "../models/keepalived.ts";
import type { GroupPlan, NodePlan, Plan } from "../plan.ts";
import { type Result, run } from "../run.ts";
import { faultAt, type PeerCase } from "./cases.ts";
import { shareLostToLastMs } from "./held.ts";

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

/** keepalived's election is its own: no agent follows it. */
const wireOf = { baton: "authenticated", exoip: "exoip", keepalived: "authenticated" } as const;

/** When things happen, where a test asks for other moments than the table's. */
export type Moments = {
  /** How much later the faults are. */
  readonly laterMs?: number;
  /** How long after lb1 the other is started. */
  readonly apartMs?: number;
  readonly watchedMs?: number;
};

/** Ten moments of the fault that are spread over an interval. */
export const tenMoments = ({ intervalMs = 1_000 }: PeerCase): readonly number[] =>
  Array.from({ length: 10 }, (_, index) => ((index + 0.5) * intervalMs) / 10);

export function planFor(one: PeerCase, program: Peer, moments: Moments = {}): Plan {
  const { laterMs = 0, apartMs = 50 } = moments;
  const healAt = faultAt + mendedMs;
  const watchMs = faultAt + (moments.watchedMs ?? watchedMs) - healAt;
  const { intervalMs = 1_000, rxLowerPri = false } = one;
  // What is there from the start stays there.
  const later = (fault: Fault): Fault =>
    fault.at === 0 ? fault : { ...fault, at: fault.at + laterMs };
  return {
    seed: 1,
    nodes: [0, 1].map(
      (index): KeepalivedPlan => ({
        program,
        priority: 10 + 10 * index,
        driftRate: 1,
        bootAt: apartMs * index,
        rxLowerPri,
      }),
    ),
    group: { ...group, wire: wireOf[program], intervalMs },
    cloud: {
      kind: program === "keepalived" ? "ovh" : "exoscale",
      operationMs: [0, 0],
      latencyMs: [25, 25],
      lagMs: 0,
      ...one.cloud,
    },
    network: { delayMs: [0.5, 0.5], duplicates: 0 },
    realSignatures: false,
    faults: one.faults.map(later),
    healAt,
    boundMs: 30_000,
    watchMs,
    calmMs: watchMs,
  };
}

export function perform(one: PeerCase, program: Peer, moments: Moments = {}): Result {
  const { from = faultAt } = one;
  const result = run(planFor(one, program, moments), {
    measuredFrom: from === 0 ? 0 : from + (moments.laterMs ?? 0),
    unjudged: program !== "baton",
    tracing: true,
  });
  if (!one.lastAttachOnly) return result;
  const shareLostMs = shareLostToLastMs(result.trace, "lb1", faultAt);
  return { ...result, measured: { ...result.measured, shareLostMs } };
}

/**
 * One forced failover, watched from outside: what the client saw, what the cloud's log has, and
 * where the fabric sends the traffic at the end. No agent is asked.
 */
import { setTimeout as pause } from "node:timers/promises";
import { answerTimeoutMs, type Measurement } from "../client/client.ts";
import { isAnswered, type Sample, type Summary, summarize } from "../client/measure.ts";
import type { Lab } from "../lab.ts";
import type { CloudEvent } from "../model/exoscale/cloud.ts";

/** Moments are Unix milliseconds of this machine. */
export type Ordeal = {
  readonly faultAt: number;
  /** How long the agents may take until their claim reaches the cloud. */
  readonly limitMs: number;
  /** What the agents asked of the cloud since, in order. */
  readonly moves: readonly CloudMove[];
  readonly client: Summary;
  /** Requests that failed when fault, limit and the cloud's own time do not explain it. */
  readonly failedOutside: readonly Sample[];
  /** Until when requests may fail. */
  readonly forcedUntil: number;
  /** Who the fabric sends traffic to at the end. */
  readonly holders: readonly string[];
};

/** A change of who holds, as the cloud saw it. */
export type CloudMove = {
  readonly kind: "attach" | "detach";
  /** The host that it is about. */
  readonly host: string;
  readonly at: number;
  /** When it took effect; undefined where it has not ended yet. */
  readonly until: number | undefined;
};

/** The aim of the design: the limit and 5 %. */
const slack = 1.05;

/**
 * The agent asks every 250 ms whether a call's operation is over, and then reads the cloud: so it
 * learns of each of the two, the claim and the release, up to so much later than it was.
 */
const learningMs = 300;

export function movesSince(lab: Lab, faultAt: number): readonly CloudMove[] {
  const wall = Date.now() - lab.cloud.nowMs();
  const began = lab.cloud.events.filter(
    (event): event is CloudEvent & { kind: "began" } =>
      event.kind === "began" && wall + event.atMs >= faultAt,
  );
  return began.flatMap(({ atMs, operation }) => {
    const { change } = operation;
    if (change.kind !== "attach" && change.kind !== "detach") return [];
    const ended = lab.cloud.events.find(
      (event) => event.kind === "ended" && event.operation.id === operation.id,
    );
    const until = ended === undefined ? undefined : wall + ended.atMs;
    return [{ kind: change.kind, host: lab.hostOf(change.instance), at: wall + atMs, until }];
  });
}

/**
 * The time that the cloud itself took for what was asked of it. What it did at once for several
 * addresses counts once: nobody waited for it twice.
 */
export function cloudMs(moves: readonly CloudMove[]): number {
  let sum = 0;
  let counted = Number.NEGATIVE_INFINITY;
  for (const { at, until = at } of [...moves].sort((a, b) => a.at - b.at)) {
    sum += Math.max(0, until - Math.max(at, counted));
    counted = Math.max(counted, until);
  }
  return sum;
}

export const limitOf = ({ stack: { election } }: Lab): number =>
  election.method === "heartbeat" ? election.intervalMs * election.deadRatio : Number.NaN;

export type OrdealOptions = {
  /** Brings the fault about; it has begun when this is called. */
  readonly force: () => Promise<unknown>;
  /** Who should hold when it is over. */
  readonly expected: string;
  readonly timeoutMs?: number;
  /** Clean samples for so long show that it is over. */
  readonly quietMs?: number;
};

/** Forces a failover and waits until the client has noticed nothing for a while, or time is up. */
export async function runOrdeal(
  lab: Lab,
  client: Measurement,
  { force, expected, timeoutMs = 30_000, quietMs = 1500 }: OrdealOptions,
): Promise<Ordeal> {
  const [address = ""] = lab.addresses();
  const faultAt = Date.now();
  await force();
  const isOver = async (): Promise<boolean> => {
    const holders = await lab.holders(address);
    const late = client.samples().filter(({ at }) => at >= Date.now() - quietMs);
    return holders.join() === expected && late.length > 0 && late.every(isAnswered);
  };
  while (Date.now() - faultAt < timeoutMs) {
    await pause(100);
    if (Date.now() - faultAt > quietMs + answerTimeoutMs && (await isOver())) break;
  }
  const limitMs = limitOf(lab);
  const moves = movesSince(lab, faultAt);
  const samples = client.samples().filter(({ at }) => at >= faultAt - answerTimeoutMs);
  const forcedUntil = faultAt + limitMs * slack + cloudMs(moves) + 2 * learningMs;
  return {
    faultAt,
    limitMs,
    moves,
    client: summarize(samples),
    failedOutside: unexplained(samples, { faultAt, forcedUntil }),
    forcedUntil,
    holders: await lab.holders(address),
  };
}

/** Requests that failed when fault, limit and the cloud's own time do not explain it. */
export const unexplained = (
  samples: readonly Sample[],
  { faultAt, forcedUntil }: Pick<Ordeal, "faultAt" | "forcedUntil">,
): readonly Sample[] =>
  samples.filter(
    (one) => !isAnswered(one) && !(one.at >= faultAt - answerTimeoutMs && one.at <= forcedUntil),
  );

/** What was not as promised, in words; empty when all was. A run that saw nothing shows nothing. */
export function faultsOfOrdeal(
  { client, failedOutside, holders }: Ordeal,
  address: string,
  expected: string,
): readonly string[] {
  const held = holders.join(" and ") || "nobody";
  return [
    ...(holders.join() === expected ? [] : [`${address} is held by ${held}, not by ${expected}`]),
    ...(failedOutside.length === 0
      ? []
      : [`${failedOutside.length} requests failed at a time that the fault does not explain`]),
    ...(client.answered > 0 ? [] : ["the client got no answer at all: nothing is shown by it"]),
  ];
}

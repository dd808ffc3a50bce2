/**
 * One forced failover, watched from outside: what the clients saw, what the cloud's log has, and
 * where the fabric sends the traffic at the end. No agent is asked.
 */
import { setTimeout as pause } from "node:timers/promises";
import { answerTimeoutMs, type Traffic } from "../client/client.ts";
import { isAnswered, isCut, type Sample, type Summary, summarize } from "../client/measure.ts";
import type { Lab } from "../lab.ts";
import { isHeldBy, limitOf, shouldHold } from "./holders.ts";
import { type CloudMove, cloudMs, failoverIn, movesSince } from "./moves.ts";
import { slack } from "./slack.ts";

/** What the fault came to for one address. Moments are Unix milliseconds of this machine. */
export type Ordeal = {
  readonly address: string;
  readonly faultAt: number;
  /** How long the agents may take until their first call reaches the cloud. */
  readonly limitMs: number;
  /** What the agents asked of the cloud for this address since, in order. */
  readonly moves: readonly CloudMove[];
  readonly client: Summary;
  /** Until when requests may fail; before the fault where it is none of this address's. */
  readonly forcedUntil: number;
  /** Who should hold it when it is over. */
  readonly expected: readonly string[];
  /** Who the fabric sends its traffic to at the end. */
  readonly holders: readonly string[];
};

export type OrdealOptions = {
  /** The load balancer that the fault befalls. */
  readonly victim: string;
  /** Brings the fault about; it has begun when this is called. */
  readonly force: () => Promise<unknown>;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** Clean samples for so long show that it is over. */
  readonly quietMs?: number;
};

/** Load balancers that are on. */
export const nodesUp = ({ stack, isOn }: Lab): readonly string[] =>
  stack.nodes.map(({ name }) => name).filter(isOn);

/**
 * Forces a failover and waits until every address is held by whom it should be and its client has
 * noticed nothing for a while, or time is up.
 */
export async function runOrdeal(
  lab: Lab,
  traffic: readonly Traffic[],
  { victim, force, signal, timeoutMs = 30_000, quietMs = 1500 }: OrdealOptions,
): Promise<readonly Ordeal[]> {
  const up = nodesUp(lab).filter((node) => node !== victim);
  const before = await Promise.all(
    traffic.map(async ({ address, client }) => {
      const holders = await lab.holders(address);
      const expected = shouldHold(lab, address, { up, holders });
      const limitMs = limitOf(lab, victim, { up, holders });
      return { address, client, expected, limitMs, isHit: holders.includes(victim) };
    }),
  );
  const faultAt = Date.now();
  await force();
  const isOver = async ({ address, client, expected }: (typeof before)[number]) => {
    const late = client.samples().filter(({ at }) => at >= Date.now() - quietMs);
    const isQuiet = late.length > 0 && late.every(isAnswered);
    return isQuiet && isHeldBy(expected, await lab.holders(address));
  };
  const enoughMs = timeoutMs + Math.max(0, ...before.map(({ limitMs }) => limitMs || 0));
  while (Date.now() - faultAt < enoughMs) {
    await pause(100, undefined, { ...(signal && { signal }) });
    if (Date.now() - faultAt <= quietMs + answerTimeoutMs) continue;
    if ((await Promise.all(before.map(isOver))).every(Boolean)) break;
  }
  const moves = movesSince(lab, faultAt);
  return Promise.all(
    before.map(async ({ address, client, expected, limitMs, isHit }): Promise<Ordeal> => {
      const own = moves.filter((move) => move.address === address);
      const window = limitMs * slack + cloudMs(failoverIn(own, victim));
      return {
        address,
        faultAt,
        limitMs,
        moves: own,
        client: summarize(client.samples().filter((one) => isHitBy(one, faultAt))),
        forcedUntil: isHit ? faultAt + window : Number.NEGATIVE_INFINITY,
        expected,
        holders: await lab.holders(address),
      };
    }),
  );
}

/** Whether a request was under way at a moment, or sent later. */
export const isHitBy = ({ at, ms }: Sample, moment: number): boolean => at + ms >= moment;

/** Requests that failed when fault, limit and the cloud's own time do not explain it. */
export const unexplained = (
  samples: readonly Sample[],
  { faultAt, forcedUntil }: Pick<Ordeal, "faultAt" | "forcedUntil">,
): readonly Sample[] =>
  samples.filter((one) => !isAnswered(one) && !(isHitBy(one, faultAt) && one.at <= forcedUntil));

/**
 * Whether a connection that had begun before a move was broken by it: its packets then go to a host
 * that knows nothing of it. No new connection is hurt so.
 */
export const isCutShort = (one: Sample, moves: readonly CloudMove[]): boolean =>
  isCut(one) &&
  moves.some(
    ({ doneAt, until }) =>
      until !== undefined && one.at <= until && one.at + one.ms >= (doneAt ?? until),
  );

/**
 * What was not as promised, in words; empty when all was. A run that saw nothing shows nothing.
 * @param samples all that the client has seen by now
 */
export function faultsOfOrdeal(ordeal: Ordeal, samples: readonly Sample[]): readonly string[] {
  const { address, expected, holders, client } = ordeal;
  const outside = unexplained(samples, ordeal);
  const spoken = (names: readonly string[]) => names.join(" and ") || "nobody";
  return [
    ...(isHeldBy(expected, holders)
      ? []
      : [`${address} is held by ${spoken(holders)}, not by ${spoken(expected)}`]),
    ...(outside.length === 0
      ? []
      : [`${address}: ${outside.length} requests failed when the fault does not explain it`]),
    ...(client.answered > 0
      ? []
      : [`${address}: the client got no answer at all: nothing is shown by it`]),
  ];
}

/** An ordeal as a time line for people: what happened when, and the requests beside it. */
import { isAnswered, type Sample, strip } from "../client/measure.ts";
import type { CloudMove } from "./moves.ts";
import { isHitBy, type Ordeal } from "./ordeal.ts";

type Moment = { readonly at: number; readonly text: string };

const signed = (ms: number): string => `${ms < 0 ? "-" : "+"}${(Math.abs(ms) / 1000).toFixed(3)} s`;

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/**
 * @param samples all that the client has seen
 * @param fault what was forced, as `lb1 lost its power`
 */
export function timeLine(ordeal: Ordeal, samples: readonly Sample[], fault: string): string {
  const { faultAt, limitMs, moves, client, forcedUntil } = ordeal;
  const moments: Moment[] = [
    { at: faultAt, text: fault },
    ...moves.flatMap(momentsOf),
    ...momentsIn(samples, faultAt),
    ...(Number.isFinite(forcedUntil)
      ? [{ at: forcedUntil, text: "from here on no request may fail" }]
      : []),
  ];
  const lines = moments
    .sort((a, b) => a.at - b.at)
    .map(({ at, text }) => `  ${signed(at - faultAt).padStart(10)}  ${text}`);
  const [move] = moves;
  const what = move?.kind === "detach" ? "release" : "claim";
  const detected =
    move === undefined
      ? "no claim was seen"
      : `${seconds(move.at - faultAt)} s from the fault until the ${what}, limit ${(limitMs / 1000).toFixed(1)} s`;
  const until = Math.max(forcedUntil, faultAt + limitMs);
  return [
    ...lines,
    `  requests   ${strip(samples, { from: faultAt - 500, until: until + 1000, signs: 60 })}`,
    `  ${detected}; ${client.failed} of ${client.sent} requests failed, longest gap ${client.gaps[0]?.ms ?? 0} ms`,
  ].join("\n");
}

function momentsOf({ kind, host, at, until }: CloudMove): readonly Moment[] {
  const what = kind === "attach" ? "claim for" : "release of";
  const sent = { at, text: `${what} ${host} reaches the cloud` };
  if (until === undefined) return [sent];
  const took = ((until - at) / 1000).toFixed(1);
  return [sent, { at: until, text: `${what} ${host} is done: ${took} s of the cloud's own` }];
}

function momentsIn(samples: readonly Sample[], faultAt: number): readonly Moment[] {
  const failed = samples.filter((one) => isHitBy(one, faultAt) && !isAnswered(one));
  const [first] = failed;
  const last = failed.at(-1);
  if (first === undefined || last === undefined) return [];
  const answeredAfter = ({ at }: Sample) => samples.find((one) => isAnswered(one) && one.at > at);
  const afterFirst = answeredAfter(first);
  const afterLast = answeredAfter(last);
  return [
    { at: first.at, text: "first request that failed" },
    ...(afterFirst ? [{ at: afterFirst.at, text: "first good answer" }] : []),
    ...(afterLast && afterLast !== afterFirst
      ? [{ at: afterLast.at, text: "every answer good again" }]
      : []),
  ];
}

/** An ordeal as a time line for people: what happened when, and the requests beside it. */
import { answerTimeoutMs } from "../client/client.ts";
import { isAnswered, type Sample } from "../client/measure.ts";
import type { Ordeal } from "./ordeal.ts";

type Moment = { readonly at: number; readonly text: string };

const signed = (ms: number): string => `${ms < 0 ? "-" : "+"}${(Math.abs(ms) / 1000).toFixed(3)} s`;

/** @param fault what was forced, as `lb1 lost its power` */
export function timeLine(ordeal: Ordeal, samples: readonly Sample[], fault: string): string {
  const { faultAt, limitMs, moves, client, forcedUntil } = ordeal;
  const failed = samples.filter((one) => one.at >= faultAt - answerTimeoutMs && !isAnswered(one));
  const [first] = failed;
  const last = failed.at(-1);
  const afterFirst = samples.find(
    (one) => isAnswered(one) && first !== undefined && one.at > first.at,
  );
  const afterLast = samples.find(
    (one) => isAnswered(one) && last !== undefined && one.at > last.at,
  );
  const moments: Moment[] = [
    { at: faultAt, text: fault },
    ...(first ? [{ at: first.at, text: "first request that failed" }] : []),
    ...moves.flatMap(({ kind, host, at, until }) => [
      {
        at,
        text:
          kind === "attach"
            ? `claim for ${host} reaches the cloud`
            : `release of ${host} reaches the cloud`,
      },
      ...(until === undefined
        ? []
        : [
            {
              at: until,
              text: `it is done: ${((until - at) / 1000).toFixed(1)} s of the cloud's own`,
            },
          ]),
    ]),
    ...(afterFirst ? [{ at: afterFirst.at, text: "first good answer" }] : []),
    ...(afterLast && afterLast !== afterFirst
      ? [{ at: afterLast.at, text: "every answer good again" }]
      : []),
  ];
  const lines = moments
    .sort((a, b) => a.at - b.at)
    .map(({ at, text }) => `  ${signed(at - faultAt).padStart(10)}  ${text}`);
  const [claim] = moves;
  const detected =
    claim === undefined
      ? "no claim was seen"
      : `${((claim.at - faultAt) / 1000).toFixed(3)} s until the claim, limit ${(limitMs / 1000).toFixed(1)} s`;
  return [
    ...lines,
    `  requests   ${strip(samples, faultAt, forcedUntil)}`,
    `  ${detected}; ${client.failed} of ${client.sent} requests failed, longest gap ${client.gaps[0]?.ms ?? 0} ms`,
  ].join("\n");
}

const cells = 60;

/** One sign for each slice of time: all answered, some failed, none answered. */
function strip(samples: readonly Sample[], from: number, until: number): string {
  const begin = from - 500;
  const slice = (until + 1000 - begin) / cells;
  const signOf = (index: number): string => {
    const inside = samples.filter(
      ({ at }) => at >= begin + index * slice && at < begin + (index + 1) * slice,
    );
    if (inside.length === 0) return " ";
    const answered = inside.filter(isAnswered).length;
    return answered === inside.length ? "█" : answered === 0 ? "·" : "▒";
  };
  return Array.from({ length: cells }, (_, index) => signOf(index)).join("");
}

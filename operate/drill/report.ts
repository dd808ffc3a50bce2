/** A drill as a picture and as lines: what happened when, and what the clients saw. Pure. */
import { isAnswered, type Sample, strip } from "../../lab/client/measure.ts";
import { picture, rectangle, straight, widthOf, words } from "../diagram/svg.ts";
import { failedWords } from "../traffic.ts";
import { type Drill, passed, type Requests, type Way } from "./drill.ts";

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** The verdict: on each address, and what else counts. */
export function verdictOf(drill: Drill): string {
  const { addresses, budgetMs, holder, back } = drill;
  const isWhole = addresses.every(({ outage }) => outage !== undefined);
  const partly = isWhole ? "passed" : "passed for what was asked";
  return [
    `${passed(drill) ? partly : "FAILED"}: ${addresses.map((one) => wayOf(holder, one)).join("; ")}, the budget is ${seconds(budgetMs)}`,
    ...(back ? [] : [`${holder} is not well again`]),
  ].join("; ");
}

function wayOf(holder: string, { address, taker, outage }: Way): string {
  const gap =
    outage === undefined
      ? "nothing was asked through it"
      : outage.failed === 0
        ? `all of ${outage.sent} new requests were answered`
        : `${failedWords(outage)}, for ${seconds(outage.longestMs)}`;
  return `${address} went from ${holder} to ${taker}; ${gap}`;
}

export function timeLine({ happenings }: Drill): readonly string[] {
  const [first] = happenings;
  return happenings.map(({ at, what }) => {
    const after = ((at - (first?.at ?? at)) / 1000).toFixed(1);
    return `  ${`+${after}`.padStart(7)} s  ${what}`;
  });
}

const spanOf = ({ happenings }: Drill): { readonly from: number; readonly until: number } => {
  const from = happenings[0]?.at ?? 0;
  return { from, until: happenings.at(-1)?.at ?? from + 1 };
};

/** The requests through each address, a sign for each part of the drill. */
export function rows(drill: Drill, requests: Requests, signs = 60): readonly string[] {
  const several = drill.addresses.length > 1;
  return Object.entries(requests).map(
    ([address, samples]) =>
      `  requests${several ? ` to ${address}` : ""}  ${strip(samples, { ...spanOf(drill), signs })}`,
  );
}

const left = 30;
const wide = 760;
const barMs = 250;
/** Room of one address's row of requests. */
const rowHeight = 46;

/** The time line as SVG: a column for a quarter of a second, red where a request failed. */
export function drillPicture(drill: Drill, requests: Requests): string {
  const { happenings, addresses, stack } = drill;
  const { from, until } = spanOf(drill);
  const x = (at: number): number => Math.round(left + ((at - from) / (until - from)) * wide);
  const verdict = verdictOf(drill).split("; ");
  const top = 22 + verdict.length * 20;
  const asked = Object.entries(requests).map(([address, samples], n) => ({
    y: top + n * rowHeight,
    name: addresses.length > 1 ? address : "",
    samples,
  }));
  const under = top + asked.length * rowHeight;
  const events = happenings.map(({ at, what }, n) => {
    // The latest stands highest: no line crosses the words of another.
    const y = under + 24 + (happenings.length - 1 - n) * 22;
    const says = `+${((at - from) / 1000).toFixed(1)} s  ${what}`;
    const isLate = x(at) > left + wide / 2;
    return [
      straight("tick", { x: x(at), y: under - 12 }, { x: x(at), y }),
      words({ x: x(at) + (isLate ? -8 : 8), y }, says, "dim", isLate ? "end" : "start"),
    ].join("");
  });
  const bars = barsOf(drill);
  const barTop = under + 42 + happenings.length * 22;
  // On the time line's own scale, so that each can be held against what stands above.
  const scale = (ms: number): number => Math.max(1, x(from + ms) - left);
  const width = Math.max(2, Math.floor((wide * barMs) / (until - from)) - 1);
  return picture(
    {
      width:
        left + Math.max(wide + 60, ...bars.map(({ ms, says }) => scale(ms) + 16 + widthOf(says))),
      height: barTop + bars.length * 18 + 8,
    },
    `Drill of ${stack}`,
    [
      ...verdict.map((part, n) => words({ x: left, y: 26 + n * 20 }, part, n === 0 ? "b" : "dim")),
      ...asked.flatMap(({ y, name, samples }) => [
        ...(name === "" ? [] : [words({ x: left, y: y - 4 }, name, "dim")]),
        ...columns(samples, from, until).map(({ at, failed }) =>
          rectangle(failed ? "failed" : "answered", { x: x(at), y, width, height: 28 }, 0),
        ),
      ]),
      ...events,
      ...bars.flatMap(({ kind, ms, says }, n) => [
        rectangle(kind, { x: left, y: barTop + n * 18, width: scale(ms), height: 12 }, 2),
        words({ x: left + scale(ms) + 8, y: barTop + n * 18 + 11 }, says, "dim"),
      ]),
    ],
  );
}

/** The outage through each address, and the budget under them. */
function barsOf({ addresses, budgetMs }: Drill) {
  const outages = addresses.flatMap(({ address, outage }) => {
    if (outage === undefined) return [];
    const through = addresses.length > 1 ? ` of ${address}` : "";
    const ms = outage.longestMs;
    return [{ kind: "failed", ms, says: `outage${through} ${seconds(ms)}` }];
  });
  return [...outages, { kind: "answered", ms: budgetMs, says: `budget ${seconds(budgetMs)}` }];
}

function columns(samples: readonly Sample[], from: number, until: number) {
  const within = samples.filter(({ at }) => at >= from && at <= until);
  const bars = Map.groupBy(within, ({ at }) => Math.floor((at - from) / barMs));
  return [...bars].map(([n, all]) => ({
    at: from + n * barMs,
    failed: all.some((one) => !isAnswered(one)),
  }));
}

/** A drill as a picture and as lines: what happened when, and what the client saw. Pure. */
import { isAnswered, type Sample } from "../../lab/client/measure.ts";
import { picture, rectangle, straight, words } from "../diagram/svg.ts";
import type { Drill } from "./drill.ts";
import { passed } from "./drill.ts";

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** The verdict in one line. */
export function verdictOf(drill: Drill): string {
  const { outage, budgetMs, taker, holder, address, back } = drill;
  const gap =
    outage.failed === 0
      ? `all of ${outage.sent} new requests were answered`
      : `${outage.failed} of ${outage.sent} requests failed, for ${seconds(outage.longestMs)}`;
  const how = back ? "" : `; ${holder} is not well again`;
  return `${passed(drill) ? "passed" : "FAILED"}: ${address} went from ${holder} to ${taker}; ${gap}, the budget is ${seconds(budgetMs)}${how}`;
}

export function timeLine({ happenings }: Drill): readonly string[] {
  const [first] = happenings;
  return happenings.map(({ at, what }) => {
    const after = ((at - (first?.at ?? at)) / 1000).toFixed(1);
    return `  ${`+${after}`.padStart(7)} s  ${what}`;
  });
}

const left = 30;
const wide = 760;
const barMs = 250;

/** The time line as SVG: a column for a quarter of a second, red where a request failed. */
export function drillPicture(drill: Drill, samples: readonly Sample[]): string {
  const { happenings, outage, budgetMs, stack } = drill;
  const start = happenings[0]?.at ?? 0;
  const end = happenings.at(-1)?.at ?? start + 1;
  const x = (at: number): number => Math.round(left + ((at - start) / (end - start)) * wide);
  const rows = happenings.map(({ at, what }, n) => {
    // The latest stands highest: no line crosses the words of another.
    const y = 132 + (happenings.length - 1 - n) * 22;
    const says = `+${((at - start) / 1000).toFixed(1)} s  ${what}`;
    const isLate = x(at) > left + wide / 2;
    return [
      straight("tick", { x: x(at), y: 96 }, { x: x(at), y }),
      words({ x: x(at) + (isLate ? -8 : 8), y }, says, "dim", isLate ? "end" : "start"),
    ].join("");
  });
  const height = 150 + happenings.length * 22 + 60;
  const scale = (ms: number): number =>
    Math.round((ms / Math.max(budgetMs, outage.longestMs)) * 300);
  const width = Math.max(2, Math.floor((wide * barMs) / (end - start)) - 1);
  const bar = (kind: string, y: number, ms: number, says: string): string[] => [
    rectangle(kind, { x: left, y, width: Math.max(1, scale(ms)), height: 12 }, 2),
    words({ x: left + scale(ms) + 8, y: y + 11 }, says, "dim"),
  ];
  return picture({ width: left + wide + 60, height }, `Drill of ${stack}`, [
    ...verdictOf(drill)
      .split("; ")
      .map((part, n) => words({ x: left, y: 26 + n * 20 }, part, n === 0 ? "b" : "dim")),
    ...columns(samples, start, end).map(({ at, failed }) =>
      rectangle(failed ? "failed" : "answered", { x: x(at), y: 62, width, height: 28 }, 0),
    ),
    ...rows,
    ...bar("failed", height - 44, outage.longestMs, `outage ${seconds(outage.longestMs)}`),
    ...bar("answered", height - 26, budgetMs, `budget ${seconds(budgetMs)}`),
  ]);
}

function columns(samples: readonly Sample[], start: number, end: number) {
  const within = samples.filter(({ at }) => at >= start && at <= end);
  const bars = Map.groupBy(within, ({ at }) => Math.floor((at - start) / barMs));
  return [...bars].map(([n, all]) => ({
    at: start + n * barMs,
    failed: all.some((one) => !isAnswered(one)),
  }));
}

/** The same row for a terminal: a letter for each part of it. */
export function strip(drill: Drill, samples: readonly Sample[], letters = 60): string {
  const start = drill.happenings[0]?.at ?? 0;
  const end = drill.happenings.at(-1)?.at ?? start + 1;
  const each = (end - start) / letters;
  return Array.from({ length: letters }, (_, n) => {
    const from = start + n * each;
    const part = samples.filter(({ at }) => at >= from && at < from + each);
    if (part.length === 0) return " ";
    const failed = part.filter((one) => !isAnswered(one)).length;
    return failed === 0 ? "█" : failed === part.length ? "·" : "▒";
  }).join("");
}

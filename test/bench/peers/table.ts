/** What was measured as Markdown: a column for each program, a row for each fault. */
import { exoipElsewhere } from "./published.ts";
import { type Results, runsOf } from "./results.ts";
import { isRight, type Run } from "./run.ts";
import { spreadOf } from "./spread.ts";

const seconds = (ms: number): string => (ms / 1000).toFixed(ms < 9950 ? 2 : 1);

/** `median (least–most)`. */
function spread(values: readonly number[], show: (value: number) => string): string {
  const all = spreadOf(values);
  if (all === undefined) return "–";
  const [min, median, max] = [all.min, all.median, all.max].map(show);
  return min === max ? `${median}` : `${median} (${min}–${max})`;
}

/** The longest stretch without an answer, of several runs. */
export function gapOf(runs: readonly Run[]): string {
  if (runs.length > 0 && runs.every(({ gapMs }) => gapMs === 0)) return "none";
  const text = spread(
    runs.map(({ gapMs }) => gapMs),
    seconds,
  );
  return runs.some(({ isOpen }) => isOpen) ? `${text}, to the end of what was watched` : text;
}

/** Who holds in the end, where that is not right, and how often; empty where all is right. */
export function wrongOf(runs: readonly Run[]): string {
  const wrong = Map.groupBy(
    runs.filter((run) => !isRight(run)),
    ({ holders, elected }) => `held by ${named(holders)}, elected ${named(elected)}`,
  );
  return [...wrong]
    .map(([what, all]) => `**${what}** (${all.length} of ${runs.length})`)
    .join("; ");
}

const named = (nodes: readonly string[]): string => nodes.join(" and ") || "nobody";

/**
 * @param n how many runs there should be: fewer are told
 * @example 3.54 (2.84–4.12); 199 failed; 6 calls; held by lb2
 */
export function cellOf(runs: readonly Run[], n = runs.length): string {
  if (runs.length === 0) return "not measured";
  const whole = (value: number): string => String(Math.round(value));
  const failed = runs.map((run) => run.failed);
  const calls = spread(
    runs.map((run) => run.calls),
    whole,
  );
  const holders = [...new Set(runs.map((run) => named(run.holders)))].join(" or ");
  return [
    gapOf(runs),
    ...(failed.some((count) => count > 0) ? [`${spread(failed, whole)} failed`] : []),
    `${calls} ${calls === "1" ? "call" : "calls"}`,
    wrongOf(runs) || `held by ${holders}`,
    ...(runs.length < n ? [`n = ${runs.length}`] : []),
  ].join("; ");
}

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

const lines = (header: readonly string[], body: readonly (readonly string[])[]): string =>
  [header, header.map(() => "---"), ...body].map(line).join("\n");

/** The comparison itself. */
export function tableOf(results: Results): string {
  const { peers, rows } = results;
  const each = rows.flatMap(({ name }) => peers.map((peer) => runsOf(results, name, peer.name)));
  const n = Math.max(0, ...each.map(({ length }) => length));
  const header = [
    "what happens",
    ...peers.map(({ title }) => title),
    "exoip, 1 s × 3, **measured elsewhere**",
  ];
  return lines(
    header,
    rows.map(({ name, title }) => [
      title,
      ...peers.map((peer) => cellOf(runsOf(results, name, peer.name), n)),
      exoipElsewhere[name] ?? "–",
    ]),
  );
}

/**
 * From the fault until the cloud took the first claim, where there was one; and for how long the
 * cloud itself was at it.
 */
export function claimsOf(results: Results): string {
  const { peers, rows } = results;
  const claims = (row: string, peer: string): string => {
    const runs = runsOf(results, row, peer);
    const own = runs.flatMap((run) => run.cloudMs ?? []);
    const claimed = runs.flatMap((run) => run.claimMs ?? []);
    const cloud = own.length === 0 ? "" : `; the cloud's own ${spread(own, seconds)}`;
    return `${spread(claimed, seconds)}${cloud}`;
  };
  return lines(
    ["what happens", ...peers.map(({ title }) => title)],
    rows.map(({ name, title }) => [title, ...peers.map((peer) => claims(name, peer.name))]),
  );
}

/** What each program takes while nothing happens. */
export function costsOf({ peers, costs }: Results): string {
  const measured = costs.map(({ peer, cost }) => ({
    title: peers.find(({ name }) => name === peer)?.title ?? peer,
    ...cost,
  }));
  return lines(
    [
      "program",
      "resident, MiB: holder / other",
      "of its own (PSS), MiB",
      "CPU, ms a minute",
      "packets an hour, both hosts",
      "API calls an hour, both hosts",
    ],
    measured.map(({ title, holder, other, packetsPerHour, callsPerHour }) => [
      title,
      ...[
        [holder.residentKib / 1024, other.residentKib / 1024],
        [holder.ownKib / 1024, other.ownKib / 1024],
        [holder.cpuMsPerMinute, other.cpuMsPerMinute],
      ].map((pair) => pair.map((value) => value.toFixed(1)).join(" / ")),
      String(Math.round(packetsPerHour)),
      String(Math.round(callsPerHour)),
    ]),
  );
}

/**
 * What was measured of the programs themselves, as a model has to do it: the longest time without
 * an answer at ten moments of the fault, and who holds in the end. Seconds, as they were measured.
 */
import { cases, faultAt, type PeerCase } from "./cases.ts";
import { heldAt } from "./held.ts";
import { type Peer, perform, tenMoments } from "./perform.ts";

type Range = readonly [number, number];

export type Measured = {
  readonly peer: Peer;
  /** A case of the table. */
  readonly name: string;
  /** Least and most of `n` runs; absent where it had not ended when the run did. */
  readonly gapS: Range | undefined;
  /** When the last request failed, where it was part of the traffic for longer than the gap. */
  readonly lastFailedS?: Range;
  readonly n: number;
  readonly operationMs?: number;
  readonly intervalMs?: number;
  /** Begins so long after the first fault: the other gap of a failback. */
  readonly fromMs?: number;
  /** All happens so much later. */
  readonly laterMs?: number;
  /** Who holds at the end of what was watched. */
  readonly held: string;
  /** How long that was, from the fault on. */
  readonly windowMs?: number;
};

const failback = { fromMs: 20_000, held: "lb1", windowMs: 40_000 } as const;
/** Watched until 20 s after the heal, when the gap had not ended yet. */
const nobody = { gapS: undefined, held: "nobody", windowMs: 30_000 } as const;
const short = { ...nobody, windowMs: 24_200 } as const;
const none = { gapS: [0, 0], held: "lb2", windowMs: 30_000 } as const;
/** Operations of 3 s: exoip fights itself first. */
const slow = { operationMs: 3_000, laterMs: 30_000 } as const;
const second = { operationMs: 1_000 } as const;
const tenth = { intervalMs: 100 } as const;
const both = "lb1 and lb2";

const death = "host death";
const api500 = "host death, API 500 for 5 s from the first claim on";
const hangs = "host death, API hangs for 8 s";
const sigterm = "SIGTERM of the holder";
const deathFailback = "failback after a death of 20 s";
const stopFailback = "failback after a stop of 20 s";
const coldStart = "first claim after a cold start";
const stopped = "holder stopped for 10 s (SIGSTOP)";
const oneWayShort = "one-way cut of 4.2 s, the backup hears nothing";
const oneWay = "one-way cut of 10 s, the backup hears nothing";
const lastAttach = "host death, API 500 for 5 s, traffic goes to who was attached last";

const exoip: readonly Omit<Measured, "peer">[] = [
  { name: coldStart, gapS: [3.35, 3.38], n: 5, held: "lb1" },
  { name: coldStart, ...second, gapS: [4.36, 4.38], n: 6, held: "lb1" },
  { name: death, gapS: [2.3, 3.26], lastFailedS: [2.47, 3.35], n: 5, held: "lb2" },
  {
    name: "host death, operations of 1 s",
    gapS: [3.62, 4.76],
    lastFailedS: [5.82, 6.95],
    n: 5,
    held: "lb2",
  },
  {
    name: "host death, operations of 3 s",
    gapS: [5.48, 5.7],
    lastFailedS: [9.6, 9.9],
    n: 2,
    held: "lb2",
    windowMs: 60_000,
  },
  { name: sigterm, gapS: [2.54, 3.46], n: 5, held: "lb2" },
  { name: sigterm, ...second, gapS: [3.06, 3.5], n: 5, held: "lb2" },
  { name: sigterm, ...slow, gapS: [2.88, 3.36], n: 2, held: "lb2" },
  { name: deathFailback, gapS: [2.24, 3], n: 5, ...failback },
  { name: deathFailback, ...second, gapS: [2.4, 2.94], n: 5, ...failback },
  { name: deathFailback, ...slow, gapS: [2.42, 2.72], n: 2, ...failback },
  { name: stopFailback, gapS: [2.52, 3.02], n: 5, ...failback },
  { name: stopFailback, ...second, gapS: [2.24, 2.7], n: 5, ...failback },
  { name: stopFailback, ...slow, gapS: [2.32, 2.82], n: 2, ...failback },
  { name: api500, gapS: [8.26, 9.22], n: 4, held: both },
  { name: lastAttach, gapS: [8.54, 8.54], lastFailedS: [8.54, 8.54], n: 1, held: both },
  { name: "host death, only releases fail for 5 s", gapS: [2.3, 3.3], n: 3, held: both },
  { name: hangs, gapS: [10.9, 11.1], n: 2, held: "lb2" },
  { name: "partition of 10 s", ...nobody, n: 5 },
  { name: "partition of 10 s, operations of 1 s", ...nobody, n: 2 },
  { name: "partition of 4.2 s", ...short, n: 3 },
  { name: oneWayShort, ...short, n: 5 },
  { name: oneWay, ...nobody, n: 2 },
  { name: stopped, ...nobody, n: 5 },
  { name: `${stopped}, operations of 1 s`, ...nobody, n: 2 },
];

const keepalived: readonly Omit<Measured, "peer">[] = [
  { name: coldStart, gapS: [3.32, 3.35], n: 5, held: "lb1" },
  { name: coldStart, ...tenth, gapS: [0.41, 0.46], n: 5, held: "lb1" },
  { name: death, gapS: [2.76, 3.46], n: 5, held: "lb2" },
  { name: "host death, interval of 0.1 s", gapS: [0.38, 0.44], n: 5, held: "lb2" },
  { name: sigterm, ...none, n: 5 },
  { name: sigterm, ...tenth, ...none, n: 5 },
  { name: deathFailback, ...failback, gapS: [0, 0], n: 5 },
  { name: deathFailback, ...tenth, ...failback, gapS: [0, 0], n: 5 },
  { name: stopFailback, ...failback, gapS: [0, 0], n: 5 },
  { name: stopFailback, ...tenth, ...failback, gapS: [0, 0], n: 5 },
  { name: api500, gapS: undefined, n: 2, held: "lb1" },
  { name: hangs, gapS: undefined, n: 1, held: "lb1" },
  { name: "partition of 10 s", ...none, n: 3 },
  { name: "partition of 10 s, interval of 0.1 s", ...none, n: 2 },
  { name: "partition of 4.2 s", ...none, n: 3 },
  { name: oneWayShort, ...none, n: 5 },
  { name: oneWay, ...none, n: 1 },
  { name: "one-way cut of 10 s, with notify_master_rx_lower_pri", ...none, held: "lb1", n: 3 },
  { name: stopped, gapS: undefined, n: 3, held: "lb2" },
  { name: `${stopped}, interval of 0.1 s`, gapS: undefined, n: 2, held: "lb2" },
  { name: `${stopped}, with notify_master_rx_lower_pri`, gapS: undefined, n: 2, held: "lb1" },
];

export const measurements: readonly Measured[] = [
  ...exoip.map((one) => ({ ...one, peer: "exoip" }) as const),
  ...keepalived.map((one) => ({ ...one, peer: "keepalived" }) as const),
];

export function caseOf(name: string): PeerCase {
  const found = cases.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no case ${name}`);
  return found;
}

/** Any time of an interval between the starts of the two. */
const anyStart: readonly number[] = [50, 250, 450, 650, 850];
/**
 * In a cut exoip is left with nobody where the better one checks before the other: always, where
 * the two were started within 0.1 s of each other, as they must have been when it was measured.
 */
const together: readonly number[] = [50];

type Modelled = {
  readonly gapS: Range;
  readonly lastFailedS: Range;
  /** Who holds in the end, in how many of the runs. */
  readonly held: ReadonlyMap<string, number>;
  readonly runs: number;
};

/** What the model does where that was measured, at ten moments of the fault. */
export function modelled(one: Measured): Modelled {
  const { peer, fromMs = 0, laterMs = 0, windowMs = 30_000 } = one;
  const tried = triedCase(one, fromMs);
  const starts = one.held === "nobody" ? together : anyStart;
  const runs = starts.flatMap((apartMs) =>
    tenMoments(tried).map((momentMs) => {
      const later = momentMs + laterMs;
      const watched = windowMs + later;
      const result = perform(tried, peer, { laterMs: later, apartMs, watchedMs: watched });
      const { longestMs, shareLostMs } = result.measured;
      const held = heldAt(result.trace, faultAt + watched).join(" and ") || "nobody";
      return { gapS: longestMs / 1000, lastS: (longestMs + shareLostMs) / 1000, held };
    }),
  );
  const held = Map.groupBy(runs, (run) => run.held);
  return {
    gapS: rangeOf(runs.map(({ gapS }) => gapS)),
    lastFailedS: rangeOf(runs.map(({ lastS }) => lastS)),
    held: new Map([...held].map(([who, all]) => [who, all.length])),
    runs: runs.length,
  };
}

const rangeOf = (all: readonly number[]): Range => [Math.min(...all), Math.max(...all)];

function triedCase({ name, operationMs, intervalMs }: Measured, fromMs: number): PeerCase {
  const known = caseOf(name);
  return {
    ...known,
    from: (known.from ?? faultAt) + fromMs,
    ...(intervalMs && { intervalMs }),
    ...(operationMs && { cloud: { operationMs: [operationMs, operationMs] } }),
  };
}

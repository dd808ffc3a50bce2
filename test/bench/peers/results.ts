/** All that one invocation has measured, and how it is kept: a line of JSON for each run. */
import type { Cost } from "./cost.ts";
import type { Run } from "./run.ts";

type Named = { readonly name: string; readonly title: string };

export type Results = {
  /** What it was measured on. */
  readonly machine: string;
  /** Columns and rows, in order. */
  readonly peers: readonly Named[];
  readonly rows: readonly Named[];
  readonly runs: readonly { readonly row: string; readonly peer: string; readonly run: Run }[];
  readonly costs: readonly { readonly peer: string; readonly cost: Cost }[];
};

export const runsOf = ({ runs }: Results, row: string, peer: string): readonly Run[] =>
  runs.filter((one) => one.row === row && one.peer === peer).map(({ run }) => run);

export function textOf({ runs, ...head }: Results): string {
  return [head, ...runs].map((one) => `${JSON.stringify(one)}\n`).join("");
}

/** @param text as `textOf` has written it */
export function resultsIn(text: string): Results {
  const [head, ...runs] = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  return { ...head, runs };
}

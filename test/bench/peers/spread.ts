/** What several runs of one row come to. */

export type Spread = { readonly min: number; readonly median: number; readonly max: number };

/** Of an even number of values, the median is the lower of the two in the middle: one that was. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const [min] = sorted;
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  const max = sorted.at(-1);
  return min === undefined || median === undefined || max === undefined
    ? undefined
    : { min, median, max };
}

/** The run that is nearest to all: the one with the median gap. */
export function typical<Run extends { readonly gapMs: number }>(
  runs: readonly Run[],
): Run | undefined {
  const middle = spreadOf(runs.map(({ gapMs }) => gapMs))?.median;
  return runs.find(({ gapMs }) => gapMs === middle);
}

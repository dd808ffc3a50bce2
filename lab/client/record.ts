/** What a client saw: the rows of the last half an hour, and the sum of all. */
import { noRows, type Sample, type Summary, summaryOf, tallied } from "./measure.ts";

export type ClientRecord = {
  readonly add: (sample: Sample) => void;
  /** The rows that are kept. */
  readonly samples: () => readonly Sample[];
  /** Of all that was ever seen. */
  readonly summary: () => Summary;
};

const keptMs = 30 * 60_000;

/** Rows are dropped a minute's worth at a time. */
const chunkMs = 60_000;

export function startRecord(): ClientRecord {
  let past = noRows;
  let rows: Sample[] = [];
  const forget = (before: number): void => {
    past = tallied(
      past,
      rows.filter(({ at }) => at < before),
    );
    rows = rows.filter(({ at }) => at >= before);
  };
  return {
    add: (sample) => {
      rows.push(sample);
      const [first = sample] = rows;
      if (sample.at - first.at > keptMs + chunkMs) forget(sample.at - keptMs);
    },
    samples: () => rows,
    summary: () => summaryOf(tallied(past, rows)),
  };
}

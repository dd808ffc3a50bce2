/** Offsets in a text as lines and columns, as an editor counts them. */
import type { Position } from "./diagnostic.ts";

export type Lines = {
  /** The place of a range; of one that spans several lines, the part on the first. */
  readonly positionOf: (start: number, end: number) => Position;
  /** The line of an offset, from 1. */
  readonly lineOf: (offset: number) => number;
};

/** Indexes a text once, because a bad file may have an error on each of its lines. */
export function linesOf(source: string): Lines {
  // YAML ends a line at LF, at CR LF, and at a bare CR.
  const starts = [0, ...[...source.matchAll(/\r\n?|\n/g)].map((end) => end.index + end[0].length)];
  const lineOf = (offset: number): number => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return high;
  };
  return {
    lineOf,
    positionOf: (start, end) => {
      const line = lineOf(start);
      const from = starts[line - 1] ?? 0;
      const text = source.slice(from, starts[line] ?? source.length).replace(/[\r\n]+$/, "");
      const column = start - from + 1;
      return {
        line,
        column,
        length: Math.max(1, Math.min(end - start, from + text.length - start)),
        text,
      };
    },
  };
}

/**
 * The measuring client's arithmetic: what a run of requests says about an outage. Pure.
 */

/** One request, on a connection of its own. */
export type Sample = {
  /** Its place in the row, from 0. */
  readonly n: number;
  /** When it was sent: Unix milliseconds. */
  readonly at: number;
  /** How long until it was answered or given up, in milliseconds. */
  readonly ms: number;
  /** Its source port, by which the router knows where it went. */
  readonly port?: number;
  /** HTTP status of an answer. */
  readonly status?: number;
  /** The app server that answered, by its own page. */
  readonly backend?: string;
  /** Why there was no answer. */
  readonly error?: string;
};

export type Gap = {
  /** When the first request that failed was sent. */
  readonly from: number;
  /** When the first one after them that was answered was sent. */
  readonly to: number;
  readonly failed: number;
  /** From the last answered request before to the first one after, by when they were sent. */
  readonly ms: number;
};

export type Summary = {
  readonly sent: number;
  readonly answered: number;
  readonly failed: number;
  readonly byBackend: Readonly<Record<string, number>>;
  /** Longest first. One that reaches the end ends when its last was given up. */
  readonly gaps: readonly Gap[];
  readonly slowestMs: number;
};

export const isAnswered = ({ status }: Sample): boolean => status === 200;

/** @param samples in any order: an answer may overtake another */
export function summarize(samples: readonly Sample[]): Summary {
  const rows = [...samples].sort((a, b) => a.n - b.n);
  const answered = rows.filter(isAnswered);
  const byBackend: Record<string, number> = {};
  for (const { backend = "unknown" } of answered)
    byBackend[backend] = (byBackend[backend] ?? 0) + 1;
  return {
    sent: rows.length,
    answered: answered.length,
    failed: rows.length - answered.length,
    byBackend,
    gaps: gapsOf(rows).sort((a, b) => b.ms - a.ms),
    // A day of requests is more than a function takes as arguments.
    slowestMs: answered.reduce((most, { ms }) => Math.max(most, ms), 0),
  };
}

function gapsOf(rows: readonly Sample[]): Gap[] {
  const gaps: Gap[] = [];
  let before: Sample | undefined;
  let failed: Sample[] = [];
  const close = (next: Sample | undefined) => {
    const [first] = failed;
    const last = failed.at(-1);
    if (first !== undefined && last !== undefined) {
      const to = next?.at ?? Math.round(last.at + last.ms);
      gaps.push({ from: first.at, to, failed: failed.length, ms: to - (before ?? first).at });
    }
    failed = [];
  };
  for (const row of rows) {
    if (!isAnswered(row)) {
      failed.push(row);
      continue;
    }
    close(row);
    before = row;
  }
  close(undefined);
  return gaps;
}

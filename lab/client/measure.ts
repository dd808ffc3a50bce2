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

/** Whether a connection broke that had come about: a move hurts those that are open. */
export const isCut = ({ error = "" }: Pick<Sample, "error">): boolean => /RESET|PIPE/.test(error);

/** Requests as a row of so many signs: all answered, some failed, none answered, none sent. */
export function strip(
  samples: readonly Sample[],
  { from, until, signs }: { readonly from: number; readonly until: number; readonly signs: number },
): string {
  const slice = (until - from) / signs;
  return Array.from({ length: signs }, (_, n) => {
    const begin = from + n * slice;
    const inside = samples.filter(({ at }) => at >= begin && at < begin + slice);
    const answered = inside.filter(isAnswered).length;
    if (inside.length === 0) return " ";
    return answered === inside.length ? "█" : answered === 0 ? "·" : "▒";
  }).join("");
}

/** Rows that were summed up, as far as more may follow: a gap may be open at the end. */
export type Tally = Omit<Summary, "failed"> & {
  readonly before: Sample | undefined;
  readonly open:
    | { readonly first: Sample; readonly last: Sample; readonly failed: number }
    | undefined;
};

export const noRows: Tally = {
  sent: 0,
  answered: 0,
  byBackend: {},
  gaps: [],
  slowestMs: 0,
  before: undefined,
  open: undefined,
};

/** Of a client that asks for days, the gaps that are remembered: the longest. */
const gapsMax = 1000;

/** @param rows in any order, all sent after those of the tally: an answer may overtake another */
export function tallied(tally: Tally, rows: readonly Sample[]): Tally {
  let { sent, answered, slowestMs, before, open } = tally;
  const byBackend = { ...tally.byBackend };
  const gaps = [...tally.gaps];
  for (const row of [...rows].sort((a, b) => a.n - b.n)) {
    sent += 1;
    if (!isAnswered(row)) {
      open = { first: open?.first ?? row, last: row, failed: (open?.failed ?? 0) + 1 };
      continue;
    }
    const { backend = "unknown" } = row;
    byBackend[backend] = (byBackend[backend] ?? 0) + 1;
    answered += 1;
    slowestMs = Math.max(slowestMs, row.ms);
    if (open !== undefined) gaps.push(gapOf(open, before, row.at));
    open = undefined;
    before = row;
  }
  gaps.sort((a, b) => b.ms - a.ms).splice(gapsMax);
  return { sent, answered, byBackend, gaps, slowestMs, before, open };
}

function gapOf(
  { first, failed }: NonNullable<Tally["open"]>,
  before: Sample | undefined,
  to: number,
) {
  return { from: first.at, to, failed, ms: to - (before ?? first).at };
}

export function summaryOf({ before, open, ...all }: Tally): Summary {
  const last = open && gapOf(open, before, Math.round(open.last.at + open.last.ms));
  const gaps = [...all.gaps, ...(last ? [last] : [])].sort((a, b) => b.ms - a.ms);
  return { ...all, failed: all.sent - all.answered, gaps };
}

/** @param samples in any order */
export const summarize = (samples: readonly Sample[]): Summary =>
  summaryOf(tallied(noRows, samples));

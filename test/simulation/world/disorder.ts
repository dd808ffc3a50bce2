/** What can be wrong with the API for a while, for some nodes or calls or for all. */

export type Verb = "read" | "claim" | "release" | "poll";

export const disorderKinds = [
  /** HTTP 500, and nothing was done. */
  "error",
  /** HTTP 500, and the change was begun all the same. */
  "error-applied",
  "unreachable",
  /** Neither done nor answered. */
  "hang",
  /** Done, and never answered: the time-out that succeeded. */
  "answer-lost",
  /** Operations take seconds. */
  "slow",
  /** Operations end in failure. */
  "fails",
  /** The request is on its way for seconds. */
  "late",
  /** Reads show what was up to `ms` ago. */
  "lag",
  /** HTTP 429, with Retry-After. */
  "limited",
  /** HTTP 403 by policy. */
  "forbidden",
] as const;

export type DisorderKind = (typeof disorderKinds)[number];

export type Disorder = {
  readonly kind: DisorderKind;
  /** Absent: every node's calls. */
  readonly from?: string | undefined;
  /** Absent: every call. */
  readonly verb?: Verb | undefined;
  /** Share of the calls that it meets. */
  readonly rate: number;
  /** How slow, late or old, or how long to wait. */
  readonly ms: number;
};

export const meets = (
  { from, verb, rate }: Disorder,
  caller: string,
  called: Verb,
  random: () => number,
): boolean =>
  (from === undefined || from === caller) &&
  (verb === undefined || verb === called) &&
  (rate >= 1 || random() < rate);

/**
 * Local health: several checks, each with its own count of good and bad tries in a row. A node is
 * healthy when all of its checks are.
 */

export type CheckState = {
  readonly healthy: boolean;
  /** Whether enough tries were made to tell. */
  readonly decided: boolean;
  /** Tries in a row that contradict `healthy`. */
  readonly against: number;
  readonly rise: number;
  readonly fall: number;
  /** Why the last bad try was bad, for status. */
  readonly reason: string | undefined;
};

/** One state a check, in the order of the configuration. */
export type Health = readonly CheckState[];

/**
 * A check begins sick: a node that comes up proves itself before it may take an address. Without
 * checks a node is healthy.
 */
export const freshHealth = (checks: readonly { rise: number; fall: number }[]): Health =>
  checks.map(({ rise, fall }) => ({
    healthy: false,
    decided: false,
    against: 0,
    rise,
    fall,
    reason: "not tried yet",
  }));

/** Whether no check is known to fail; one that is not decided yet does not. */
export const mayBeHealthy = (health: Health): boolean =>
  health.every(({ healthy, decided }) => healthy || !decided);

/** Whether a check fails, or has just failed and may go on to. */
export const isAiling = (health: Health): boolean =>
  health.some(({ healthy, decided, against }) => decided && (!healthy || against > 0));

export const isHealthy = (health: Health): boolean => health.every(({ healthy }) => healthy);

/** The state after one try of the check at `index`. */
export function afterTry(health: Health, index: number, good: boolean, reason?: string): Health {
  return health.map((check, position) => (position === index ? next(check, good, reason) : check));
}

function next(check: CheckState, good: boolean, reason: string | undefined): CheckState {
  const said = good ? undefined : (reason ?? "failed");
  const { decided, healthy } = check;
  if (decided && good === healthy) return { ...check, against: 0, reason: said };
  // Before it is decided good and bad tries are counted apart: a change of sign begins anew.
  const same = decided || (check.reason === undefined) === good;
  const against = (same ? check.against : 0) + 1;
  const turns = against >= (good ? check.rise : check.fall);
  return turns
    ? { ...check, decided: true, healthy: good, against: 0, reason: said }
    : { ...check, against, reason: said ?? (decided ? check.reason : undefined) };
}

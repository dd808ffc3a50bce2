/** Waiting longer each time, with a jitter that comes from a seed and never from the clock. */

export type Backoff = {
  /** The wait that the next failure or contest brings, without jitter. */
  readonly nextMs: number;
};

export type BackoffLimits = { readonly firstMs: number; readonly maxMs: number };

export const freshBackoff = ({ firstMs }: BackoffLimits): Backoff => ({ nextMs: firstMs });

/**
 * The wait to take now, and the state after it.
 * @param random in [0, 1); the wait lies between 3/4 and 5/4 of its nominal length
 */
export function waitAfter(
  backoff: Backoff,
  limits: BackoffLimits,
  random: number,
): { waitMs: number; backoff: Backoff } {
  const waitMs = Math.round(backoff.nextMs * (0.75 + random / 2));
  return { waitMs, backoff: { nextMs: Math.min(limits.maxMs, backoff.nextMs * 2) } };
}

/** The least that the first wait can be. */
export const leastWaitMs = ({ firstMs }: BackoffLimits): number => 0.75 * firstMs;

/** First wait of a contest, and the longest (R5). */
export const contestLimits = { firstMs: 60_000, maxMs: 3_600_000 };

/** The next number of a small generator (Lehmer, modulus 2^31 - 1), as a fraction. */
export const nextRandom = (random: number): number => {
  const seed = Math.max(1, Math.floor(random * 2147483647));
  return ((seed * 48271) % 2147483647) / 2147483647;
};

/**
 * The wait before an operation is asked after again, so long after its request. Most take a second,
 * and a dead holder is released only when our own claim is seen to be done; but a slow one must not
 * cost the calls that are left for this minute.
 */
export const pollAfter = (firstMs: number, passedMs: number): number =>
  Math.max(firstMs, passedMs / 8);

export const pollMs = { claim: 150, release: 250 };

/** How long after its deadline a request may still take effect: the signature's expiry (R3). */
export const fenceMs = 5_000;

/**
 * How long after it was decided a request may change the cloud: the fence ends what can begin, and
 * what has begun may take one more deadline.
 */
export const landsWithinMs = ({ deadlineMs }: { readonly deadlineMs: number }): number =>
  2 * deadlineMs + fenceMs;

/** The two clocks: one that only goes forward, and the one on the wall, which may be wrong. */

/** Milliseconds with fractions, from an unknown moment on. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Unix milliseconds. */
export const wallMs = (): number => Date.now();

/** The two clocks: one that only goes forward, and the one on the wall, which may be wrong. */
import { uptime } from "os";

/** Milliseconds with fractions, from an unknown moment on. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** When the host came up, in Unix milliseconds, for as long as nobody sets its clock. */
export const bootedAtMs = (): number => wallMs() - uptime() * 1_000;

/** Unix milliseconds. */
export const wallMs = (): number => Date.now();

/** Numbers and moments as people read them. */

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;

export const signed = (ms: number): string => `${ms < 0 ? "−" : "+"}${seconds(Math.abs(ms))}`;

export const clock = (at: number): string =>
  new Date(at).toLocaleTimeString("en-GB", { hour12: false });

export const count = (value: number): string => value.toLocaleString("en-GB");

export const list = (names: readonly string[]): string => names.join(" and ") || "nobody";

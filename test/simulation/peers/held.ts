/** Who held the address when, as the trace of a run tells it. */

export type Held = { readonly at: number; readonly holders: readonly string[] };

const line = /^ *([\d.]+) {2}CLOUD {2}is held by (.+) \(\w+\)$/;

/** Each change, in milliseconds; who was attached last stands last. */
export const holdings = (trace: readonly string[]): readonly Held[] =>
  trace.flatMap((text) => {
    const [, seconds, who = ""] = line.exec(text) ?? [];
    if (seconds === undefined) return [];
    const holders = who === "nobody" ? [] : who.split(" and ");
    return [{ at: Math.round(1000 * Number(seconds)), holders }];
  });

export const heldAt = (trace: readonly string[], ms: number): readonly string[] =>
  holdings(trace).findLast(({ at }) => at <= ms)?.holders ?? [];

/** Where traffic goes to who was attached last alone: how long that was one that had died. */
export function shareLostToLastMs(trace: readonly string[], dead: string, since: number): number {
  const held = holdings(trace);
  return held.reduce((lost, { at, holders }, index) => {
    const until = held[index + 1]?.at ?? at;
    const isDead = holders.length > 1 && holders.at(-1) === dead;
    return isDead ? lost + Math.max(0, until - Math.max(at, since)) : lost;
  }, 0);
}

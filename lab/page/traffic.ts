/** Requests as counts: by the second in which they were sent, who answered, where they went. */
import { isAnswered, type Sample } from "../client/measure.ts";
import type { Counts } from "./message.ts";

/** A request through an address. */
export type Asked = Sample & { readonly ip: string };

/** @param balancerAt the load balancer that the request from a port of the client went through */
export function countsOf(
  samples: readonly Asked[],
  balancerAt: (port: number) => string,
): ReadonlyMap<number, Counts> {
  const seconds = new Map<number, Record<keyof Counts, Record<string, number>>>();
  for (const sample of samples) {
    const second = Math.floor(sample.at / 1000);
    const counts = seconds.get(second) ?? { answered: {}, routed: {}, good: {}, failed: {} };
    seconds.set(second, counts);
    add(isAnswered(sample) ? counts.good : counts.failed, sample.ip);
    if (isAnswered(sample)) add(counts.answered, sample.backend ?? "unknown");
    add(counts.routed, balancerAt(sample.port ?? 0));
  }
  return seconds;
}

const add = (tally: Record<string, number>, name: string): void => {
  tally[name] = (tally[name] ?? 0) + 1;
};

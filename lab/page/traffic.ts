/** Requests as counts: by the second in which they were sent, who answered, where they went. */
import { isAnswered, type Sample } from "../client/measure.ts";
import type { Counts } from "./message.ts";

type Tally = Record<string, number>;

/** @param balancerAt the load balancer that the request from a port of the client went through */
export function countsOf(
  samples: readonly Sample[],
  balancerAt: (port: number) => string,
): ReadonlyMap<number, Counts> {
  const seconds = new Map<number, { answered: Tally; routed: Tally; failed: number }>();
  for (const sample of samples) {
    const second = Math.floor(sample.at / 1000);
    const counts = seconds.get(second) ?? { answered: {}, routed: {}, failed: 0 };
    seconds.set(second, counts);
    if (isAnswered(sample)) add(counts.answered, sample.backend ?? "unknown");
    else counts.failed += 1;
    add(counts.routed, balancerAt(sample.port ?? 0));
  }
  return seconds;
}

const add = (tally: Tally, name: string): void => {
  tally[name] = (tally[name] ?? 0) + 1;
};

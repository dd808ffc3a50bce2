/** Who should hold an address, and how soon after a fault: read from the stack file alone. */
import { isShared } from "../../stack/stack.ts";
import type { Lab } from "../lab.ts";

/** What there is of load balancers: those that are well, and those that hold now. */
export type Present = { readonly up: readonly string[]; readonly holders: readonly string[] };

/**
 * The load balancers that should hold an address, the best first: one, or with `hold: shared` all
 * of the best place. A sound holder stays: a better one waits for half a minute at least, which is
 * longer than a failover lasts.
 */
export function shouldHold(
  { stack: { election }, ranks }: Pick<Lab, "stack" | "ranks">,
  address: string,
  { up, holders }: Present,
): readonly string[] {
  const places = ranks(address);
  const rank = (node: string): number => places[node] ?? Number.POSITIVE_INFINITY;
  const ordered = [...up].sort((a, b) => rank(a) - rank(b));
  const staying = ordered.filter((node) => holders.includes(node));
  const [first] = staying.length > 0 ? staying : ordered;
  if (first === undefined) return [];
  if (!isShared(election)) return [first];
  const best = election.preempt ? (ordered[0] ?? first) : first;
  return ordered.filter((node) => rank(node) === rank(best));
}

/** Whether all that should hold do, and nobody else. */
export const isHeldBy = (wanted: readonly string[], holders: readonly string[]): boolean =>
  wanted.length > 0 && [...holders].sort().join() === [...wanted].sort().join();

/** What an agent waits for one attempt at the API, and for a change to be shown by a read. */
export const attemptMs = 5000;
export const settleMs = 1000;

/** From an agent's turn to the next one's: it acts, that lands at the latest, and is read. */
export const turnMs = (deadMs: number): number =>
  4000 + (2 * attemptMs + 5000) + 3 * settleMs + 2 * deadMs;

/** How long a load balancer is silent until it is dead to the others; NaN where no agent elects. */
export const deadIntervalMs = ({ stack: { election } }: Pick<Lab, "stack">): number =>
  election.method === "heartbeat" ? election.intervalMs * election.deadRatio : Number.NaN;

/**
 * The design's limit: from the death of a load balancer until the first call that makes good for it
 * reaches the cloud, in milliseconds. Those who held beside the dead one take turns by their ids:
 * no two release each other.
 */
export function limitOf(
  lab: Pick<Lab, "stack" | "instance">,
  victim: string,
  { up, holders }: Present,
): number {
  const deadMs = deadIntervalMs(lab);
  const idOf = (node: string): string => lab.instance(node).id;
  const order = lab.stack.nodes.map(({ name }) => idOf(name)).sort();
  const beside = holders.filter((node) => node !== victim && up.includes(node));
  const places = beside.map((node) => order.indexOf(idOf(node)));
  const turns = beside.length === 0 ? 0 : Math.min(...places);
  return deadMs + turns * turnMs(deadMs);
}

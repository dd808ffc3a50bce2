/** Who should hold an address, as a pure function of what is known about the nodes. */

import type { NodeId } from "./frame.ts";
import { isHealthy } from "./health.ts";
import { livePeers } from "./peers.ts";
import type { State } from "./state.ts";

export type Candidate = {
  readonly id: NodeId;
  readonly rank: number;
  readonly healthy: boolean;
  readonly able: boolean;
  readonly resigning: boolean;
  readonly holds: boolean;
};

export type ElectionRules = { readonly preempt: boolean; readonly shared: boolean };

/**
 * The nodes that should hold: exactly one, or in shared mode all of the best rank; none when there
 * is no candidate. Better means healthy, then able to reach the cloud, then of lower rank, then of
 * lower id. When all are sick whoever holds goes on (R12).
 */
export function elect(candidates: readonly Candidate[], rules: ElectionRules): readonly NodeId[] {
  const staying = candidates.filter(({ resigning }) => !resigning);
  const pool = firstWithAny([
    staying.filter(({ healthy, able }) => healthy && able),
    staying.filter(({ healthy }) => healthy),
    candidates.filter(({ holds }) => holds),
    staying,
  ]);
  const ordered = [...pool].sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
  const incumbents = rules.preempt ? [] : ordered.filter(({ holds }) => holds);
  const [best] = incumbents.length > 0 ? incumbents : ordered;
  if (best === undefined) return [];
  if (!rules.shared) return [best.id];
  return ordered.filter(({ rank }) => rank === best.rank).map(({ id }) => id);
}

const firstWithAny = (pools: readonly (readonly Candidate[])[]): readonly Candidate[] =>
  pools.find((pool) => pool.length > 0) ?? [];

/** Ourselves and the live peers, as candidates for one address. */
export function candidatesFor(state: State, name: string): Candidate[] {
  const { settings, health, maintenance, resigning } = state;
  const address = state.addresses.get(name);
  const own = settings.addresses.find((one) => one.name === name);
  const self: Candidate = {
    id: settings.self,
    rank: own?.rank ?? 0,
    healthy: isHealthy(health),
    able: ableFor(state, name),
    resigning: maintenance || resigning !== undefined,
    holds: address?.seen?.holders.has(settings.self) ?? false,
  };
  const peers = livePeers(state).flatMap(([id, { frame }]): Candidate[] => {
    const theirs = frame.addresses.find((one) => one.name === name);
    if (theirs === undefined) return [];
    const { healthy, able, resigningMs } = frame;
    return [
      { id, rank: theirs.rank, healthy, able, resigning: resigningMs > 0, holds: theirs.holds },
    ];
  });
  return [self, ...peers];
}

/** A node whose claims have been failing for one deadline cannot serve (R14). */
export function ableFor({ now, settings, addresses }: State, name: string): boolean {
  const since = addresses.get(name)?.failingSince;
  return since === undefined || now - since < settings.deadlineMs;
}

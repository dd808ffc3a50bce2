/**
 * The invariants, asked of the cloud and never of the agents: I1 converges, I2 never orphaned by
 * us, I3 no fight, I6 bounded API use. Each looks at the world after every event.
 */
import type { SimulatedCloud } from "../cloud.ts";
import type { SimulatedNode } from "../node.ts";

export type Violation = { readonly invariant: string; readonly at: number; readonly what: string };

const live = (nodes: ReadonlyMap<string, SimulatedNode>, holders: readonly string[]): string[] =>
  holders.filter((id) => nodes.get(id)?.alive === true);

/** I2: no move of a node leaves the address with nobody while another node works. */
export function neverOrphaned(
  cloud: SimulatedCloud,
  nodes: ReadonlyMap<string, SimulatedNode>,
  checkedMoves: number,
): Violation | undefined {
  for (const { at, by, holders } of cloud.moves.slice(checkedMoves)) {
    const working = [...nodes.values()].some((node) => node.alive && !node.frozen);
    // What a person took away a moment before, nobody could have known of.
    const touched = cloud.moves.some(
      (move) => move.by === "person" && Math.abs(at - move.at) < 3000,
    );
    if (touched) continue;
    if (by !== "person" && holders.length === 0 && working) {
      return { invariant: "I2", at, what: `${by} left the address with nobody` };
    }
  }
  return undefined;
}

/** I1: exactly one holder, and it lives. */
export function converged(
  cloud: SimulatedCloud,
  nodes: ReadonlyMap<string, SimulatedNode>,
  at: number,
): Violation | undefined {
  const { holders } = cloud;
  if (holders.length === 1 && live(nodes, holders).length === 1) return undefined;
  const reasons = [...nodes.values()].map((node) => `${node.id}: ${node.reason}`).join("; ");
  return { invariant: "I1", at, what: `held by [${holders.join(", ")}] (${reasons})` };
}

/** I1 for the preferred node, once every delay is over. */
export const preferred = (
  cloud: SimulatedCloud,
  best: string,
  at: number,
): Violation | undefined =>
  cloud.holders.length === 1 && cloud.holders[0] === best
    ? undefined
    : { invariant: "I1 preferred", at, what: `held by [${cloud.holders.join(", ")}]` };

/** I3: after the last fault at most as many claims as nodes, and as many releases. */
export function noFight(
  cloud: SimulatedCloud,
  nodes: number,
  since: number,
): Violation | undefined {
  const moves = cloud.moves.filter(({ at, by }) => at >= since && by !== "person").length;
  return moves <= 2 * nodes
    ? undefined
    : { invariant: "I3", at: since, what: `${moves} changes after the last fault` };
}

/** I6: at most so many calls of a node in any minute; an observation is one call for each node. */
export function boundedUse(cloud: SimulatedCloud, perMinute: number): Violation | undefined {
  for (const [node, times] of cloud.callsBy) {
    let first = 0;
    for (let last = 0; last < times.length; last += 1) {
      while ((times[last] ?? 0) - (times[first] ?? 0) > 60_000) first += 1;
      if (last - first + 1 > perMinute) {
        return {
          invariant: "I6",
          at: times[last] ?? 0,
          what: `${node}: over ${perMinute} calls a minute`,
        };
      }
    }
  }
  return undefined;
}

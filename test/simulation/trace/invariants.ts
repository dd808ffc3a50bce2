/** Invariants that every play is held to, whatever it expects: I2 and I6, asked of the cloud. */
import type { SimulatedCloud } from "./cloud.ts";
import type { SimulatedNode } from "./node.ts";

export type Violation = { readonly invariant: string; readonly at: number; readonly what: string };

/** I2: no move of a node leaves the address with nobody while a node works. */
export function neverOrphaned(
  cloud: SimulatedCloud,
  nodes: ReadonlyMap<string, SimulatedNode>,
  checkedMoves: number,
): Violation | undefined {
  for (const { at, by, holders } of cloud.moves.slice(checkedMoves)) {
    const working = [...nodes.values()].some((node) => node.alive && !node.frozen);
    // What a person took away a moment before, nobody could have known of.
    const touched = cloud.moves.some(
      (move) => move.by === "person" && at >= move.at && at - move.at < 3000,
    );
    if (touched) continue;
    if (by !== "person" && holders.length === 0 && working) {
      return { invariant: "I2", at, what: `${by} left the address with nobody` };
    }
  }
  return undefined;
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

/**
 * A checker looks at the cloud and at what clients get, after every event that changed anything,
 * and not at what agents believe. docs/simulation.md names the three exceptions.
 */
import type { Move } from "../world/cloud.ts";
import type { World } from "../world/world.ts";

export type Checker = {
  readonly invariant: string;
  /** What is wrong now. */
  readonly look?: (world: World) => string | undefined;
  /** What is wrong when all is over. */
  readonly end?: (world: World) => string | undefined;
};

export type Violation = { readonly invariant: string; readonly at: number; readonly what: string };

export const isMixed = ({ plan }: World): boolean =>
  plan.nodes.some(({ program }) => program !== "baton");

/** Whether some nodes never hear each other again: then not all can be as it should be. */
export const isBroken = ({ plan }: World): boolean => plan.network.broken !== undefined;

/** The nodes at the ends of what is broken; where one is deaf to all, that one. */
export function endsOf({ plan }: World): readonly string[] {
  const links = plan.network.broken?.links ?? [];
  return [...new Set(links.flat())].filter((id) => links.every((link) => link.includes(id)));
}

/** The node that never hears any other again, where there is one. */
export function deafOf(world: World): string | undefined {
  const [deaf, ...more] = endsOf(world);
  return more.length === 0 ? deaf : undefined;
}

/** Moves of nodes since the last call, a person's left out. */
export function fresh(world: World, from: { seen: number }) {
  const moves = world.cloud.moves.slice(from.seen);
  from.seen = world.cloud.moves.length;
  return moves.filter(({ by }) => by !== "person");
}

/** A checker of the moves of nodes, where all are agents of ours that elect among themselves. */
export function eachMove(
  invariant: string,
  whatIsWrong: (world: World, moves: readonly Move[]) => string | undefined,
): Checker {
  const from = { seen: 0 };
  return {
    invariant,
    look(world) {
      const moves = fresh(world, from);
      const judged = world.plan.group.election === "heartbeat" && !isMixed(world);
      return moves.length > 0 && judged ? whatIsWrong(world, moves) : undefined;
    },
  };
}

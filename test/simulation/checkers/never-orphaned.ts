/** I2: no action of an agent leaves an address with nobody while a healthy node exists. */
import type { Move } from "../world/cloud.ts";
import type { World } from "../world/world.ts";
import { type Checker, fresh } from "./checker.ts";

/** What a person has done is not known before the holder's next look (R16). */
const personMs = 20_000;

/**
 * An original exoip takes no turns: across a cut it releases a silent peer at once. What it did so
 * shortly before may not have been read yet, and what was asked for may take so long to land.
 */
const peerMs = 12_000;

const isPeer = ({ plan, ids }: World, id: string): boolean =>
  (plan.nodes[ids.indexOf(id)]?.program ?? "baton") !== "baton";

/** So may two that another election calls MASTER at once, as in a split: they hear nothing (R5). */
const mayCross = (world: World, { at, by }: Move): boolean =>
  isPeer(world, by) || at - world.twoMastersAt < peerMs;

/** Whether a person made a node lose the address. */
const takenAway = ({ by, before, holders }: Move): boolean =>
  by === "person" && before.some((id) => !holders.includes(id));

export function neverOrphaned(): Checker {
  const from = { seen: 0 };
  return {
    invariant: "I2",
    look(world) {
      for (const { at, by, ip, holders, before } of fresh(world, from)) {
        if (holders.length > 0 || isPeer(world, by)) {
          continue;
        }
        const others = world.cloud.moves.filter((move) => move.ip === ip && move.by !== by);
        const touched = others.some(
          (move) =>
            (takenAway(move) && at - move.at < personMs) ||
            (mayCross(world, move) && move.verb === "release" && at - move.at < peerMs),
        );
        const sound = world.ids.filter((id) => world.host(id).sound);
        if (touched || sound.length === 0) continue;
        return `${by} took it from ${before.join(" and ")}, and nobody holds`;
      }
      return undefined;
    },
  };
}

/** Moves that are meant: a better node takes over from a worse one that serves. */
import type { Move } from "../world/cloud.ts";
import type { World } from "../world/world.ts";

/** R12: a better node takes over once the holder has held for so long; its clock may be fast. */
const minimumHoldMs = 0.99 * 30_000;

/** The move of the same address before it. */
export const lastBefore = ({ cloud }: World, { ip, at }: Move): Move | undefined =>
  cloud.moves.findLast((move) => move.ip === ip && move.at < at);

/** When a node that holds was last made a holder. */
export const takenAt = ({ cloud }: World, ip: string, id: string): number =>
  cloud.moves.findLast(
    ({ before, holders, ...move }) =>
      move.ip === ip && holders.includes(id) && !before.includes(id),
  )?.at ?? 0;

/** The nodes in the order of an address, the best first. */
export const orderOf = ({ plan, ips, ids }: World, ip: string): readonly string[] =>
  (plan.group.orders[ips.indexOf(ip)] ?? []).map((place) => ids[place] ?? "");

/** What another asked for a moment before may land first: who held as this was asked for counts. */
export function isPreemption(world: World, move: Move): boolean {
  const { plan, cloud } = world;
  const { ip, by, askedAt } = move;
  const earlier = cloud.moves.findLast((one) => one.ip === ip && one.at <= askedAt);
  const [holder = ""] = earlier?.holders ?? [];
  const order = orderOf(world, ip);
  const isBetter = order.indexOf(by) < order.indexOf(holder);
  return plan.group.preempt && isBetter && askedAt >= takenAt(world, ip, holder) + minimumHoldMs;
}

/** Moves that are meant: a better node takes over from a worse one that serves. */
import type { Move } from "../world/cloud.ts";
import type { World } from "../world/world.ts";

/** R12: a better node takes over once the holder has held for so long; its clock may be fast. */
const minimumHoldMs = 0.99 * 30_000;

/** The move of the same address before it. */
export const lastBefore = ({ cloud }: World, { ip, at }: Move): Move | undefined =>
  cloud.moves.findLast((move) => move.ip === ip && move.at < at);

export function isPreemption(world: World, move: Move): boolean {
  const { plan, ips, ids } = world;
  const { ip, by, before, askedAt } = move;
  const order = (plan.group.orders[ips.indexOf(ip)] ?? []).map((place) => ids[place]);
  const isBetter = order.indexOf(by) < order.indexOf(before[0]);
  const since = lastBefore(world, move)?.at ?? 0;
  return plan.group.preempt && isBetter && askedAt >= since + minimumHoldMs;
}

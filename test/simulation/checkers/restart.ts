/** I7: an agent that dies and is back within the dead interval moves nothing. */
import type { Move } from "../world/cloud.ts";
import type { World } from "../world/world.ts";
import { type Checker, fresh, isBroken, isMixed } from "./checker.ts";
import { isPreemption, lastBefore } from "./preemption.ts";
import { unseenMs } from "./unheard.ts";

const followsMs = 10_000;

/** In a large group a look is many calls, and is made so seldom where they are spent. */
const calmMs = ({ ids }: World): number => Math.max(10_000, 2_000 * ids.length);

/** Whose share a person took away takes it again at its next look, whoever restarts then. */
function takesBack(world: World, move: Move): boolean {
  const last = lastBefore(world, move);
  if (world.plan.group.hold !== "shared" || move.verb !== "claim" || last === undefined)
    return false;
  const lost = last.before.includes(move.by) && !last.holders.includes(move.by);
  return last.by === "person" && lost;
}

/**
 * Whether what the last run had asked for landed after its end, where reads lag: until the next run
 * sees that it holds it is one that has yet to try its checks.
 */
const crosses = ({ plan, cloud }: World, ip: string, at: number, id: string): boolean =>
  plan.cloud.lagMs > 0 &&
  cloud.moves.some(
    (one) =>
      one.by === id && one.ip === ip && one.verb === "claim" && one.askedAt < at && one.at > at,
  );

/**
 * Whoever slept while its clock stood still too may find that out, and act, at any later time; an
 * agent that began since has nothing to find out.
 */
function findsItSlept(world: World, id: string, at: number): boolean {
  const { woke, boots } = world.host(id);
  return (boots.at(-1) ?? 0) <= woke.at && woke.shownAt > at - calmMs(world);
}

export function restartIsNoOutage(): Checker {
  const from = { seen: 0 };
  return {
    invariant: "I7",
    look(world) {
      const moves = fresh(world, from);
      const { restarted } = world;
      if (restarted === undefined || moves.length === 0 || isMixed(world) || isBroken(world))
        return undefined;
      const { at, id } = restarted;
      const byHand = world.cloud.moves.some((one) => one.by === "person" && one.at > at - unseenMs);
      const last = world.cloud.moves.findLast((one) => one.at < at)?.at ?? 0;
      const calm = restarted.alone && Math.max(world.disturbedBefore, last) < at - calmMs(world);
      // Of two holders one may let go at any time, and a dead one is to be replaced.
      const wasFine = moves.every(
        ({ before: [holder = "", ...more] }) =>
          more.length === 0 && world.hosts.get(holder)?.serves === true,
      );
      if (!wasFine || byHand) return undefined;
      const alone = calm && world.disturbances <= 1;
      // Whom another program elects, and who had stood back, is no more bound to that.
      const takes = world.plan.group.election !== "heartbeat";
      // What was on its way when the agent ended is none of the next one's doing.
      const move = moves.find(
        (one) =>
          one.askedAt > at &&
          one.at < at + followsMs &&
          !(takes && one.by === id) &&
          !isPreemption(world, one) &&
          !takesBack(world, one) &&
          !findsItSlept(world, one.by, at) &&
          !crosses(world, one.ip, at, id),
      );
      return alone && move ? `${move.by} moved it when the agent of ${id} restarted` : undefined;
    },
  };
}

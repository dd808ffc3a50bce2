/** I3: of what is asked for after the last fault there are at most as many moves as nodes. */

import { stranger } from "../world/world.ts";
import { orderedUntil } from "./bounds.ts";
import { type Checker, isBroken, isMixed } from "./checker.ts";

/** R5: who never hears the other again contests, after back-offs that double from 45 s on. */
const contestsWithin = (ms: number): number => 1 + Math.floor(Math.log2(Math.max(1, ms / 45_000)));

export const noFight: Checker = {
  invariant: "I3",
  end(world) {
    if (isMixed(world)) return undefined;
    const nodes = world.ids.length;
    for (const ip of world.ips) {
      const moves = world.cloud.moves.filter(
        (move) => move.ip === ip && move.by !== "person" && move.askedAt > world.plan.healAt,
      );
      const claims = moves.filter(({ verb }) => verb === "claim").length;
      const before = world.cloud.moves.filter(
        (move) => move.ip === ip && move.askedAt <= world.plan.healAt,
      );
      // Who takes what nobody of the group holds moves it away from none of it.
      const last = before.at(-1)?.holders ?? [];
      const free = last.some((id) => id !== stranger) ? 0 : 1;
      // Whoever held beside the last one lets go once.
      const watchedMs = world.queue.now - world.plan.healAt;
      const contests = isBroken(world) ? 2 * contestsWithin(watchedMs) : 0;
      // Two that another program elects at once both claim, and one of them lets go once more.
      const crossed = world.twoMastersAt >= world.plan.healAt ? 1 : 0;
      const most =
        free + crossed + contests + (world.plan.group.hold === "shared" ? 2 * nodes : nodes);
      // An order to hand over, or to stop, that still stands makes its node let go once more.
      const orders = orderedUntil(world) > world.plan.healAt ? nodes : 0;
      if (claims > most || moves.length - claims > nodes + contests + crossed + orders) {
        return `${claims} claims and ${moves.length - claims} releases after the last fault`;
      }
    }
    return undefined;
  },
};

/** R8: where a third node hears both ends of a cut link, nobody is dead and nothing moves. */
import { type Checker, fresh, isBroken, isMixed } from "./checker.ts";
import { isPreemption, orderOf } from "./preemption.ts";

/**
 * So long after the dead interval for which all listen a group that starts has its holders, and has
 * read them: agents start within 1.5 s, and an operation takes up to 3 s.
 */
const settledMs = 5_000;

export function oneLinkIsNoDeath(): Checker {
  const from = { seen: 0 };
  return {
    invariant: "R8",
    look(world) {
      const moves = fresh(world, from);
      const { group } = world.plan;
      const [cut, ...more] = world.begun;
      // Frames of exoip tell of no witness, and another election has its own view.
      const tells = group.wire === "authenticated" && group.election === "heartbeat";
      const judged = tells && !isMixed(world) && !isBroken(world);
      if (moves.length === 0 || cut === undefined || more.length > 0 || !judged) return undefined;
      const deadMs = group.deadRatio * group.intervalMs;
      const isLink = cut.fault.kind === "cut" || cut.fault.kind === "one-way";
      if (
        !isLink ||
        world.ids.length < 3 ||
        cut.at < settledMs + deadMs ||
        world.disturbances === 0
      ) {
        return undefined;
      }
      const ends = [cut.fault.node, cut.fault.other];
      const move = moves.find((one) => {
        const [holder = "", ...others] = one.before;
        const wasFine = others.length === 0 && world.hosts.get(holder)?.serves === true;
        // Whom the cut leaves alone goes on as it would, and so do its ends until they notice it;
        // and the better of them, which has to wait for nobody.
        const [better] = orderOf(world, one.ip).filter((id) => ends.includes(id));
        const isUnaware =
          !ends.includes(one.by) ||
          (better === one.by && !ends.includes(holder)) ||
          one.askedAt <= cut.at + deadMs;
        const isMeant = isUnaware && isPreemption(world, one);
        return one.askedAt > cut.at && one.verb === "claim" && wasFine && !isMeant;
      });
      return move && `${move.by} took it from ${move.before.join()}, which a third node hears`;
    },
  };
}

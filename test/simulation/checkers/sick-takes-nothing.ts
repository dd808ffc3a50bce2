/** R12: a node whose checks fail takes nothing from a holder that serves, be that heard or not. */
import { type Checker, eachMove } from "./checker.ts";

/** Checks that fail are believed after three tries, and the last ones may be on their way. */
const believedMs = (checkMs: number): number => 3 * checkMs + 2_000;

const upMs = 10_000;

export const sickTakesNothing = (): Checker =>
  eachMove("R12", (world, moves) => {
    const { checkMs } = world.plan.group;
    if (checkMs === 0) return undefined;
    const move = moves.find(({ verb, by, before, askedAt }) => {
      const host = world.host(by);
      const since = host.illnesses.at(-1) ?? Number.POSITIVE_INFINITY;
      const isSick = host.sick && askedAt >= since + believedMs(checkMs);
      // The cloud may have said that one which came up just now is not running.
      const isUp = (id: string): boolean =>
        world.host(id).serves && (world.host(id).boots.at(-1) ?? 0) < askedAt - upMs;
      return verb === "claim" && isSick && before.some(isUp);
    });
    return move && `${move.by} is sick, and took it from ${move.before.join(" and ")}`;
  });

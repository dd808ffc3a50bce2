/** R12: a node whose checks fail takes nothing from a holder that serves, be that heard or not. */
import type { World } from "../world/world.ts";
import { type Checker, eachMove } from "./checker.ts";
import { takenAt } from "./preemption.ts";

/** Checks that fail are believed after three tries, and the last ones may be on their way. */
const believedMs = (checkMs: number): number => 3 * checkMs + 2_000;

const upMs = 10_000;

/**
 * Who took it so shortly before may not have been seen to: what is acted upon was answered two
 * settle times ago at most, and shows what was one before that.
 */
const seenMs = ({ plan }: World): number => 3 * plan.group.settleMs;

/** Whose clock stood still decides upon what it knew (I4). */
const justWoke = ({ begun, queue }: World, node: string): boolean =>
  begun.some(
    ({ fault, until }) =>
      fault.kind === "stop-clock" && fault.node === node && until > queue.now - upMs,
  );

export const sickTakesNothing = (): Checker =>
  eachMove("R12", (world, moves) => {
    const { checkMs } = world.plan.group;
    if (checkMs === 0) return undefined;
    const move = moves.find(({ verb, by, before, askedAt, ip }) => {
      if (justWoke(world, by)) return false;
      const host = world.host(by);
      const illAt = host.illnesses.at(-1) ?? Number.POSITIVE_INFINITY;
      // An agent that starts finds out anew.
      const since = Math.max(illAt, host.boots.at(-1) ?? 0);
      const isSick = host.sick && askedAt >= since + believedMs(checkMs);
      // The cloud may have said that one which came up just now is not running.
      const isUp = (id: string): boolean => {
        const holder = world.hosts.get(id);
        const known = takenAt(world, ip, id) < askedAt - seenMs(world);
        return known && holder?.serves === true && (holder.boots.at(-1) ?? 0) < askedAt - upMs;
      };
      return verb === "claim" && isSick && before.some(isUp);
    });
    return move && `${move.by} is sick, and took it from ${move.before.join(" and ")}`;
  });

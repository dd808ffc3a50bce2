/** R5: from whom a node that it cannot hear took the address does not take it back at once. */
import type { Move } from "../world/cloud.ts";
import type { World } from "../world/world.ts";
import { type Checker, eachMove, isBroken } from "./checker.ts";

/** The first back-off is a minute, at least three quarters of it, and a clock may be 1 % fast. */
const leastMs = (0.75 * 60_000) / 1.01;

/** A group that starts has its holder by then. */
const settledMs = 10_000;

/** `node` is one side, and all others the other. */
type Split = { readonly node: string; readonly from: number; readonly until: number };

/** While a cut lasts that is the only fault so far. */
function onlyCut({ begun, plan }: World): Split | undefined {
  const [first, ...more] = begun;
  if (first === undefined || more.length > 0 || first.at < settledMs) return undefined;
  const { at, fault } = first;
  // Frames of exoip do not say who is heard, so there a link that works one way counts for one.
  const oneWay = fault.kind === "one-way" && plan.group.wire === "authenticated";
  const ofTwo = plan.nodes.length === 2 && (fault.kind === "cut" || oneWay);
  const isFull = fault.kind === "isolate" || ofTwo;
  const until = Math.min(at + fault.ms, plan.healAt);
  return isFull ? { node: fault.node, from: at, until } : undefined;
}

/**
 * Whether a node cannot know that it takes anything back: it saw the taker hold before, and not
 * that this lost its hold meanwhile; or it saw nobody hold, as parts of a look show other moments.
 */
function sawNothingTaken({ cloud }: World, { ip, by, askedAt }: Move, taken: Move): boolean {
  const looks = cloud.looks.filter(
    ({ from, ids, answeredAt }) => from === by && ids.includes(taken.by) && answeredAt <= askedAt,
  );
  const before = looks.findLast(({ at }) => at < taken.at)?.holders.get(ip);
  return before?.has(taken.by) === true || looks.at(-1)?.holders.get(ip)?.size === 0;
}

/** After so long at most a node of a large group that has asked for much looks again (I6). */
const looksAgainMs = 16_000;

/**
 * Whether another took the address from the taker so shortly before the cut that it had not looked
 * again: then it said all along that it holds, and its hold is what it told, and no sign of life.
 */
function stillTold({ cloud, plan }: World, { ip, by }: Move, from: number): boolean {
  const lost = cloud.moves.findLast(
    ({ at, before, holders, ...move }) =>
      move.ip === ip &&
      move.by !== by &&
      at > from - looksAgainMs &&
      at < from &&
      before.includes(by) &&
      !holders.includes(by),
  );
  if (lost === undefined) return false;
  // A look within the settle time may show what was before.
  const looked = cloud.looks.some(
    (one) => one.from === by && one.at > lost.at + plan.group.settleMs && one.answeredAt < from,
  );
  return !looked;
}

function takesBack(world: World, move: Move, { node, from }: Split): boolean {
  const { ip, by, verb, before, askedAt } = move;
  const taken = world.cloud.moves.find(
    (one) =>
      one.ip === ip &&
      one.verb === "claim" &&
      one.askedAt >= from &&
      (one.by === node) !== (by === node),
  );
  if (verb !== "claim" || taken === undefined || taken.at > askedAt) return false;
  if (sawNothingTaken(world, move, taken) || stillTold(world, taken, from)) return false;
  const [holder = "", ...others] = before;
  // Where one of its own side holds beside it, nothing is taken back.
  const isTaken = taken.before.includes(by) && holder === taken.by && others.length === 0;
  return isTaken && world.hosts.get(holder)?.serves === true && askedAt < taken.at + leastMs;
}

/** Whom another program elects hears no other, and so may have waited since long before. */
export const standsBack = (): Checker =>
  eachMove("R5", (world, moves) => {
    const cut = onlyCut(world);
    const shares = world.plan.group.hold === "shared";
    if (cut === undefined || shares || isBroken(world)) return undefined;
    const move = moves.find((one) => one.askedAt < cut.until && takesBack(world, one, cut));
    return move && `${move.by} took it back from ${move.before.join()}, which it cannot hear`;
  });

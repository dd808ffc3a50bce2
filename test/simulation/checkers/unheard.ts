/**
 * Holders that fell silent, and of which the others may never have heard that they took the
 * address: those stand back from it, for whom they know no better (R5).
 */
import { type Fault, linkFaults } from "../faults.ts";
import type { Begun, World } from "../world/world.ts";
import { deafOf, endsOf, isBroken } from "./checker.ts";

/** Faults that keep a node from hearing another. */
const deafening: ReadonlySet<string> = new Set(linkFaults);
export const pausing: ReadonlySet<string> = new Set(["freeze", "stop-clock"]);
const silencing: ReadonlySet<string> = new Set(["kill", "power-off", ...pausing]);
const fatal: ReadonlySet<string> = new Set(["die", "ail"]);

/** Which holders of an address are dead for good. */
export const lostHolders = ({ cloud, lost }: World, ip: string): readonly string[] =>
  cloud.holders(ip).filter((id) => lost.has(id));

/** Which are silent now, be it for a while. */
export const silentHolders = (world: World, ip: string): readonly string[] =>
  world.cloud.holders(ip).filter((id) => {
    const host = world.hosts.get(id);
    const runs = host?.program !== undefined && host.frozenAt === undefined;
    return !runs || world.lost.has(id);
  });

/**
 * Whether the others may not have heard that a node took an address: it was made a holder while
 * they could not, or just before it fell silent or after that, or by a person, or all of them
 * began, or slept, since.
 */
export function isUnheard(world: World, ip: string, id: string): boolean {
  const { plan, ids, cloud, begun, lost } = world;
  const { election, wire, deadRatio, intervalMs, settleMs } = plan.group;
  const tells = election === "heartbeat" && wire === "authenticated";
  const since = cloud.moves.findLast(
    ({ before, holders, ...move }) =>
      move.ip === ip &&
      holders.includes(id) &&
      (move.by === "person" || !before.includes(id) || before.length > holders.length),
  );
  // Of two with a broken link between them, and no third one, none tells the other anything.
  const isApart = ids.length === 2 ? isBroken(world) : deafOf(world) === id;
  if (!tells || isApart || since === undefined || since.by === "person") return true;
  const deadMs = deadRatio * intervalMs;
  const deaf = begun.some(
    (one) =>
      keepsUntold(one.fault, id) && one.at < since.at + deadMs && lasted(one, since.at - deadMs),
  );
  // It sees its hold, and says so, a settle time after that at the earliest.
  const toldAt = since.at + settleMs + plan.cloud.lagMs + 2 * intervalMs;
  const silentAt = fellSilentAt(world, id);
  // Who had it before may learn of that only now, and cannot tell what happened meanwhile.
  const unread = (one: string): boolean =>
    since.before.includes(one) &&
    !cloud.calls.some(
      ({ from, verb, at }) => from === one && verb === "read" && at > since.at && at < silentAt,
    );
  // One that has known it all along, and is well, is enough, and passes over those that have not.
  const began = ids.every(
    (one) =>
      one === id ||
      lost.has(one) ||
      unread(one) ||
      !world.host(one).sound ||
      [one, id].every((end) => endsOf(world).includes(end)) ||
      world.host(one).boots.some((at) => at > since.at) ||
      begun.some(
        (of) => pausing.has(of.fault.kind) && of.fault.node === one && lasted(of, since.at),
      ),
  );
  return deaf || silentAt < toldAt || began;
}

/** Whether others may not hear of a hold, or the node not see it. */
const keepsUntold = ({ kind, node, onlyNode }: Fault, id: string): boolean =>
  deafening.has(kind) || (kind.startsWith("api-") && (onlyNode !== true || node === id));

const lasted = ({ at, fault }: Begun, from: number): boolean => at + fault.ms > from;

/** When a silent node was last heard: one that died for good may have been down already. */
function fellSilentAt({ begun, queue, lost }: World, id: string): number {
  const own = begun.filter(({ fault }) => fault.node === id);
  const died = lost.has(id) ? own.find(({ fault }) => fatal.has(fault.kind)) : undefined;
  const until = died?.at ?? queue.now;
  const down = own.filter((one) => silencing.has(one.fault.kind) && lasted(one, until));
  return Math.min(until, ...down.map(({ at }) => at));
}

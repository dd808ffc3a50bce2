/**
 * Holders that fell silent, and of which the others may never have heard that they took the
 * address: those stand back from it, for whom they know no better (R5).
 */
import { type Fault, type FaultKind, linkFaults } from "../faults.ts";
import type { Begun, World } from "../world/world.ts";
import { deafOf, endsOf, isBroken } from "./checker.ts";

/** Faults that keep a node from hearing another. */
const deafening: ReadonlySet<FaultKind> = new Set(
  linkFaults.filter((kind) => kind !== "duplicate" && kind !== "attack"),
);
export const pausing: ReadonlySet<FaultKind> = new Set(["freeze", "stop-clock"]);
const silencing: ReadonlySet<FaultKind> = new Set(["kill", "power-off", ...pausing]);
const fatal: ReadonlySet<FaultKind> = new Set(["die", "ail"]);

/** Which holders of an address are dead for good. */
export const lostHolders = ({ cloud, lost }: World, ip: string): readonly string[] =>
  cloud.holders(ip).filter((id) => lost.has(id));

/** So soon after it was silent not everybody may have heard a node again and acted upon that. */
const heardMs = 5_000;

/** What a person has done a node learns at its next look at itself, at the latest (R16). */
export const unseenMs = 60_000;

const wasSilent = ({ begun, queue }: World, id: string): boolean =>
  begun.some(
    ({ until, fault: { kind, node, other } }) =>
      until > queue.now - heardMs &&
      ((deafening.has(kind) && (node === id || other === id)) ||
        (silencing.has(kind) && node === id)),
  );

/** Which cannot tell all others anything now, be it for a while. */
export const silentHolders = (world: World, ip: string): readonly string[] =>
  world.cloud.holders(ip).filter((id) => {
    const host = world.hosts.get(id);
    // On exoip's wire who is ill sends nothing.
    const isMute = world.plan.group.wire === "exoip" && host?.sick === true;
    const runs = host?.program !== undefined && host.frozenAt === undefined;
    // Who has just begun has told nobody yet.
    const begins = (host?.boots.at(-1) ?? 0) > world.queue.now - heardMs;
    return !runs || isMute || begins || wasSilent(world, id);
  });

/**
 * Whether the others may not have heard that a node took an address: it was made a holder while
 * they could not, or just before it fell silent or after that, or by a person, or all of them
 * began, or slept, since.
 */
export function isUnheard(world: World, ip: string, id: string): boolean {
  const { plan, ids, cloud, begun, lost } = world;
  const { election, wire, intervalMs, settleMs } = plan.group;
  const since = cloud.moves.findLast(
    ({ before, holders, ...move }) =>
      move.ip === ip &&
      holders.includes(id) &&
      (move.by === "person" || !before.includes(id) || before.length > holders.length),
  );
  // Of two with a broken link between them, and no third one, none tells the other anything.
  const isApart = ids.length === 2 ? isBroken(world) : deafOf(world) === id;
  if (election !== "heartbeat" || isApart || since === undefined) return true;
  const silentAt = fellSilentAt(world, id);
  if (since.by === "person" && silentAt < since.at + unseenMs) return true;
  // It sees its hold, and says so, a settle time after that at the earliest.
  const tellMs = settleMs + plan.cloud.lagMs + 2 * intervalMs;
  const keeping = begun.filter(({ fault }) => keepsUntold(fault, id));
  if (!hasQuiet(keeping, since.at, silentAt, tellMs)) return true;
  const looks = (one: string): number =>
    cloud.looks.filter(
      ({ from, at, answeredAt, ...look }) =>
        from === one && look.ids.includes(id) && at > since.at && answeredAt < silentAt,
    ).length;
  const others = ids.filter((one) => one !== id && !lost.has(one));
  // Who had it before may learn of that only now, and cannot tell what happened meanwhile; of what
  // another did it is sure after its second look.
  const saw = (one: string): boolean =>
    since.before.includes(one) ? looks(one) > 1 : wire === "authenticated" || looks(one) > 0;
  const knows = (one: string): boolean =>
    world.host(one).sound &&
    one !== deafOf(world) &&
    saw(one) &&
    !(endsOf(world).includes(one) && endsOf(world).includes(id)) &&
    !world.host(one).boots.some((at) => at > since.at) &&
    !begun.some(
      (of) => pausing.has(of.fault.kind) && of.fault.node === one && lasted(of, since.at),
    );
  // Where one that knows nothing serves beside it, nobody takes the address from that one.
  const serving = others.filter((one) => cloud.holders(ip).includes(one) && world.host(one).serves);
  if (serving.length > 0 && !serving.some(knows)) return true;
  // Else one that knows is enough, and passes over those that do not; exoip's frames do not say
  // who does.
  const isKnown = wire === "exoip" ? others.every(knows) : others.some(knows);
  return !isKnown;
}

/** Whether others may not hear of a hold, or the node not see it, or not be there to tell. */
const keepsUntold = ({ kind, node, onlyNode }: Fault, id: string): boolean =>
  deafening.has(kind) ||
  (silencing.has(kind) && node === id) ||
  (kind.startsWith("api-") && (onlyNode !== true || node === id));

/** Whether there is so long a time without any of the faults, which stand in their order. */
function hasQuiet(faults: readonly Begun[], from: number, until: number, ms: number): boolean {
  let quietFrom = from;
  for (const { at, until: end } of faults) {
    if (Math.min(at, until) - quietFrom >= ms) return true;
    quietFrom = Math.max(quietFrom, end);
  }
  return until - quietFrom >= ms;
}

const lasted = ({ until }: Begun, from: number): boolean => until > from;

/** When a silent node was last heard: one that died for good may have been down already. */
function fellSilentAt({ begun, queue, lost }: World, id: string): number {
  const own = begun.filter(({ fault }) => fault.node === id);
  const died = lost.has(id) ? own.find(({ fault }) => fatal.has(fault.kind)) : undefined;
  const until = died?.at ?? queue.now;
  const down = own.filter((one) => silencing.has(one.fault.kind) && lasted(one, until));
  return Math.min(until, ...down.map(({ at }) => at));
}

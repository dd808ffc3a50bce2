/**
 * I1's bound: 30 s (R16), and what the rules themselves grant on top. Each of these says why, and
 * most only while somebody serves.
 */
import { fenceMs } from "../../../agent/core/backoff.ts";
import { firstTurnMs } from "../../../agent/core/turns.ts";
import { linkFaults } from "../faults.ts";
import type { GroupPlan } from "../plan.ts";
import type { World } from "../world/world.ts";
import { deafOf, endsOf, isBroken, isMixed } from "./checker.ts";

type Begun = World["begun"][number];

/** An original exoip looks at the cloud every five minutes, and may be wrong until then. */
const exoipMs = 320_000;

/** Faults that keep a node from hearing another, or from seeing what it tells. */
const deafening: ReadonlySet<string> = new Set(linkFaults);
const pausing: ReadonlySet<string> = new Set(["freeze", "stop-clock"]);

/**
 * Whether a node that is dead for good holds an address, and the others may never have heard that
 * it took it: it was made a holder while they could not, or just before its death or after it, or
 * by a person, or all of them began, or slept, after that.
 */
function isHeldByUnheard(world: World, ip: string): boolean {
  const { plan, ids, cloud, begun, lost } = world;
  const { election, wire, deadRatio, intervalMs, settleMs } = plan.group;
  const { lagMs } = plan.cloud;
  const tells = election === "heartbeat" && wire === "authenticated";
  return lostHolders(world, ip).some((id) => {
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
    const lasted = ({ at, fault }: Begun, from: number): boolean => at + fault.ms > from;
    const deaf = begun.some(
      (one) =>
        deafening.has(one.fault.kind) &&
        one.at < since.at + deadMs &&
        lasted(one, since.at - deadMs),
    );
    const died = begun.find(({ fault }) => fatal.has(fault.kind) && fault.node === id);
    // It sees its hold, and says so, a settle time after that at the earliest.
    const untold = died !== undefined && died.at < since.at + settleMs + lagMs + 2 * intervalMs;
    // One that has known it all along is enough, and passes over those that have not.
    const began = ids.every(
      (one) =>
        lost.has(one) ||
        [one, id].every((end) => endsOf(world).includes(end)) ||
        world.host(one).boots.some((at) => at > since.at) ||
        begun.some(
          (of) => pausing.has(of.fault.kind) && of.fault.node === one && lasted(of, since.at),
        ),
    );
    return deaf || untold || began;
  });
}

const lostHolders = ({ cloud, lost }: World, ip: string): readonly string[] =>
  cloud.holders(ip).filter((id) => lost.has(id));

/** When the last dead holder lost its share: what follows from that takes its own time. */
export const freedAt = ({ cloud, lost }: World, ip: string): number =>
  cloud.moves.findLast(
    ({ before, holders, ...move }) =>
      move.ip === ip && before.some((id) => lost.has(id) && !holders.includes(id)),
  )?.at ?? 0;

const fatal: ReadonlySet<string> = new Set(["die", "ail"]);

/**
 * A node that took the address while nobody heard it, and then dies for good, is alive to those who
 * stood back from it until they contest: R5's first back-off, once a place in the order. Who holds
 * beside it then waits for its turn, a round of the group. Where reads lag, who starts may stand
 * back, see itself hold as it did before, and stand back again: for R5's second back-off. So may two
 * that never hear each other again.
 */
function contestMs(world: World): number {
  const { plan, lost, ids } = world;
  const taken = world.cloud.moves.findLast(({ verb, by }) => verb === "claim" && lost.has(by));
  const isLater = (at: number): boolean => taken !== undefined && at > taken.at;
  const startsAgain = ids.some((id) => !lost.has(id) && world.host(id).boots.some(isLater));
  const turnMs = firstTurnMs(plan.group, plan.group.deadRatio * plan.group.intervalMs);
  const isSecond = (plan.cloud.lagMs > 0 && startsAgain) || isBroken(world);
  return (isSecond ? 150_000 : 75_000) + turnMs;
}

/**
 * A person who makes a second node a holder tells no agent of it: that node sees it at its next
 * look at itself, R16's 60 s; where it is dead, the holder of a large group at its next look at all,
 * which the calls of an hour allow so often.
 */
const byHandMs = (nodes: number): number => (nodes <= 2 ? 60_000 : 90_000 * (nodes - 1));

/**
 * Agents that follow another election tell each other nothing: of a second live holder they know
 * when they look at the group, and then one of them waits for two turns. Both serve meanwhile.
 */
const unheardMs = (nodes: number): number => byHandMs(nodes) + 2 * 9_000;

/**
 * Nor do exoip's frames say that one holds, or lets go. Who lets go waits until the other, were it
 * letting go too, must have noticed and done so: a dead interval, two deadlines and the fence. One
 * that is stopped meanwhile, and comes back, begins anew. Both serve meanwhile.
 */
const unsaidMs = ({ intervalMs, deadRatio, deadlineMs }: GroupPlan): number =>
  2 * (deadRatio * intervalMs + 2 * deadlineMs + fenceMs);

/** How long there may be a holder too many while one that serves is among them. */
function surplusMs({ plan: { group }, ids }: World): number {
  if (group.election !== "heartbeat") return unheardMs(ids.length);
  return group.wire === "exoip" ? unsaidMs(group) : 0;
}

/** For so long an order to hand over, or to stop, stands while no other node can hold (R11). */
export const leavesMs = ({ intervalMs, deadRatio, deadlineMs }: GroupPlan): number =>
  2 * (deadRatio * intervalMs + deadlineMs) + 5_000;

/** Until when the last order to hand over, or to stop, may stand. */
export const orderedUntil = ({ begun, plan }: World): number =>
  Math.max(
    0,
    ...begun
      .filter(({ fault }) => fault.kind === "handover" || fault.kind === "stop")
      .map(({ at }) => at + leavesMs(plan.group)),
  );

/** I1's bound for one run; orders of people, and a holder too many, wait only where one serves. */
export function boundOf(world: World, served = true): number {
  const { plan, ids, ips } = world;
  // Whoever serves beside a dead one waits for its turn to release it.
  const waits = ips.some((ip) =>
    served ? lostHolders(world, ip).length > 0 : isHeldByUnheard(world, ip),
  );
  const dead = waits ? contestMs(world) * ids.length : 0;
  const slow = isMixed(world) ? exoipMs : 0;
  return plan.boundMs + dead + slow + (served ? byOrderMs(world) + surplusMs(world) : 0);
}

/** What a person did, or a handover, is respected first (R13, R16). */
function byOrderMs({ plan: { faults, group, nodes } }: World): number {
  const respected = faults.some(({ kind }) => /^person|^handover/.test(kind));
  const byHand = faults.some(({ kind }) => kind === "person-attach");
  return (respected ? group.respectMs : 0) + (byHand ? byHandMs(nodes.length) : 0);
}

/**
 * I1 and I5: a while after the last fault exactly one node holds each address, and it serves. The
 * same is asked between faults, so this is also the time without service beyond what the faults
 * forced: once nothing has been wrong for the bound, no more of it is excused.
 */
import { fenceMs } from "../../../agent/core/backoff.ts";
import { firstTurnMs } from "../../../agent/core/turns.ts";
import { type GroupPlan, longMs } from "../plan.ts";
import { Agent } from "../world/agent.ts";
import type { Host } from "../world/host.ts";
import type { World } from "../world/world.ts";
import { stranger } from "../world/world.ts";
import { type Checker, isMixed } from "./checker.ts";

/** An original exoip looks at the cloud every five minutes, and may be wrong until then. */
const exoipMs = 320_000;

export function converges(): Checker {
  const wrongSince = new Map<string, number>();
  const look = (world: World): string | undefined => {
    const { now } = world.queue;
    for (const ip of world.ips) {
      if (isGood(world, ip)) {
        wrongSince.delete(ip);
        continue;
      }
      const since = wrongSince.get(ip) ?? now;
      wrongSince.set(ip, since);
      const served = world.cloud.holders(ip).some((id) => world.hosts.get(id)?.serves);
      const boundMs = boundOf(world) - (served ? 0 : surplusMs(world));
      const begun = Math.max(since, world.disturbedAt, orderedUntil(world));
      const calmAt = world.disturbances > 0 ? now : begun;
      if (now - calmAt <= boundMs) continue;
      const reasons = world.ids.map((id) => `${id}: ${world.host(id).program?.reasons ?? "down"}`);
      const who = world.cloud.holders(ip).join(" and ") || "nobody";
      return `held by ${who} for ${boundMs} ms after all was well (${reasons.join("; ")})`;
    }
    return undefined;
  };
  return { invariant: "I1", look, end: look };
}

/**
 * A node that took the address while nobody heard it, and then dies for good, is alive to those who
 * stood back from it until they contest: R5's first back-off, once a place in the order. Who holds
 * beside it then waits for its turn, a round of the group. Where reads lag, who starts may stand
 * back, see itself hold as it did before, and stand back again: for R5's second back-off.
 */
function contestMs(world: World): number {
  const { plan, lost, ids } = world;
  const taken = world.cloud.moves.findLast(({ verb, by }) => verb === "claim" && lost.has(by));
  const isLater = (at: number): boolean => taken !== undefined && at > taken.at;
  const startsAgain = ids.some((id) => !lost.has(id) && world.host(id).boots.some(isLater));
  const turnMs = firstTurnMs(plan.group, plan.group.deadRatio * plan.group.intervalMs);
  return (plan.cloud.lagMs > 0 && startsAgain ? 150_000 : 75_000) + turnMs;
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
const orderedUntil = ({ begun, plan }: World): number =>
  Math.max(
    0,
    ...begun
      .filter(({ fault }) => fault.kind === "handover" || fault.kind === "stop")
      .map(({ at }) => at + leavesMs(plan.group)),
  );

/** I1's bound for one run. */
export function boundOf(world: World): number {
  const { plan, lost, ids } = world;
  // What a person did, or a handover, is respected first (R13, R16).
  const respected = plan.faults.some(({ kind }) => /^person|^handover/.test(kind));
  const byHand = plan.faults.some(({ kind }) => kind === "person-attach");
  const own =
    plan.boundMs +
    (respected ? plan.group.respectMs : 0) +
    (byHand ? byHandMs(plan.nodes.length) : 0);
  const dead = lost.size > 0 ? contestMs(world) * ids.length : 0;
  return own + dead + surplusMs(world) + (isMixed(world) ? exoipMs : 0);
}

/** Whether an address is where it should be, as far as clients and the cloud can tell. */
export function isGood(world: World, ip: string): boolean {
  const { cloud, ids, plan } = world;
  const all = cloud.holders(ip);
  // Nobody outside the group is ever released: that is told loudly until a person acts (R13).
  const holders = all.filter((id) => id !== stranger);
  const outside = holders.length < all.length;
  const serving = ids.filter((id) => world.host(id).sound);
  if (outside && holders.length === 0) return !plan.group.takeFromOutside;
  const [holder] = holders;
  // An original exoip that a person made a holder does not know of it, and never lets go.
  // Nor does it check its own health.
  const isExoip = (id: string): boolean => !(world.host(id).program instanceof Agent);
  if (isMixed(world) && serving.length > 0) {
    return holders.some((id) => world.host(id).serves || (world.host(id).up && isExoip(id)));
  }
  if (plan.group.hold === "shared" && serving.length > 0) {
    const proving = serving.filter((id) => isProving(world.host(id)) && !holders.includes(id));
    const owed = serving.length - proving.length;
    return holders.length === Math.max(1, owed) && holders.every((id) => world.host(id).serves);
  }
  if (holders.length !== 1 || holder === undefined) return serving.length === 0;
  return serving.length === 0 || world.host(holder).serves;
}

/** R12: who fell ill twice within ten minutes takes nothing before it stayed well for so long. */
const proofMs = (illnesses: number): number =>
  illnesses < 2 ? 0 : 30_000 * 2 ** Math.min(3, illnesses - 2);
const recentlyMs = 600_000;

function isProving({ world, illnesses, wellSince }: Host): boolean {
  const { now } = world.queue;
  const recent = illnesses.filter((at) => at > now - recentlyMs);
  // Its own clock may be 1 % slow.
  return now < wellSince + 1.01 * proofMs(recent.length);
}

/** I1 for the preferred node, once every delay is over: asked at the end of long runs. */
export const preferred: Checker = {
  invariant: "I1 preferred",
  end(world) {
    const { plan, cloud, ips, ids } = world;
    const { preempt, hold, orders } = plan.group;
    if (plan.watchMs < longMs || !preempt || hold === "shared" || isMixed(world)) return undefined;
    for (const [index, ip] of ips.entries()) {
      const order = (orders[index] ?? []).map((place) => ids[place] ?? "");
      const best = order.find((id) => !world.lost.has(id));
      const holders = cloud.holders(ip);
      if (holders.includes(stranger)) continue;
      if (holders.length !== 1 || holders[0] !== best) {
        const why = world.host(best ?? "").program?.reasons;
        return `held by ${holders.join(" and ") || "nobody"}, not ${best} (${why})`;
      }
    }
    return undefined;
  },
};

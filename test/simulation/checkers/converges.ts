/**
 * I1 and I5: a while after the last fault exactly one node holds each address, and it serves. The
 * same is asked between faults, so this is also the time without service beyond what the faults
 * forced: once nothing has been wrong for the bound, no more of it is excused.
 */
import { longMs } from "../plan.ts";
import { Agent } from "../world/agent.ts";
import type { Host } from "../world/host.ts";
import type { World } from "../world/world.ts";
import { stranger } from "../world/world.ts";
import { boundOf, freedAt, orderedUntil } from "./bounds.ts";
import { type Checker, endsOf, isBroken, isMixed } from "./checker.ts";

export function converges(): Checker {
  const wrongSince = new Map<string, number>();
  const look = (world: World): string | undefined => {
    const { now } = world.queue;
    for (const ip of world.ips) {
      if (isGood(world, ip) || isElectedStopped(world)) {
        wrongSince.delete(ip);
        continue;
      }
      const since = wrongSince.get(ip) ?? now;
      wrongSince.set(ip, since);
      const served = world.cloud.holders(ip).some((id) => world.hosts.get(id)?.serves === true);
      const boundMs = boundOf(world, ip, served);
      const ordered = served ? orderedUntil(world) : 0;
      const begun = Math.max(since, world.disturbedAt, ordered, freedAt(world, ip));
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

/** Whom another program elects and whose agent was told to stop keeps all others from claiming. */
const isElectedStopped = ({ hosts }: World): boolean =>
  [...hosts.values()].some((one) => one.up && one.followed?.master && one.program === undefined);

/** Whether an address is where it should be, as far as clients and the cloud can tell. */
export function isGood(world: World, ip: string): boolean {
  const { cloud, ids, plan } = world;
  const all = cloud.holders(ip);
  // Nobody outside the group is ever released: that is told loudly until a person acts (R13).
  const holders = all.filter((id) => id !== stranger);
  const outside = holders.length < all.length;
  const serving = ids.filter((id) => world.host(id).sound);
  if (outside && holders.length === 0) return !plan.group.takeFromOutside;
  // Who has to prove itself takes nothing from a holder that lives, be it sick (R12).
  const owed = serving.filter((id) => holders.includes(id) || !isProving(world.host(id)));
  if (owed.length === 0 && holders.some((id) => world.host(id).up)) return true;
  // Who does not hear another may hold beside it, and stay: clients are served all the same, unless
  // more than one node is lost beside that.
  if (isBroken(world)) {
    const excused = serving.length === 0 || world.lost.size > 1;
    const ends = endsOf(world);
    const shares = plan.group.hold === "shared";
    const surplus = shares ? [] : holders.filter((id) => !ends.includes(id));
    const serves = (id: string): boolean => world.host(id).serves;
    return excused || (holders.some(serves) && surplus.length <= 1 && surplus.every(serves));
  }
  const [holder] = holders;
  // An original exoip that a person made a holder does not know of it, and never lets go.
  // Nor does it check its own health.
  const isExoip = (id: string): boolean => !(world.host(id).program instanceof Agent);
  if (isMixed(world) && serving.length > 0) {
    return holders.some((id) => world.host(id).serves || (world.host(id).up && isExoip(id)));
  }
  if (plan.group.hold === "shared" && serving.length > 0) {
    return (
      holders.length === Math.max(1, owed.length) && holders.every((id) => world.host(id).serves)
    );
  }
  // Where all are sick the first in the order takes what nobody holds (R12).
  const isFree = holders.length === 0 && ids.some((id) => world.host(id).program !== undefined);
  if (holders.length !== 1 || holder === undefined) return serving.length === 0 && !isFree;
  return serving.length === 0 || world.host(holder).serves;
}

/** R12: who fell ill twice within ten minutes takes nothing before it stayed well for so long. */
const proofMs = (illnesses: number): number =>
  illnesses < 2 ? 0 : 30_000 * 2 ** Math.min(3, illnesses - 2);
const recentlyMs = 600_000;

export function isProving({ world, illnesses, wellSince }: Host): boolean {
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
    if (isBroken(world)) return undefined;
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

/**
 * I1 while faults last and overlap. Time without service is forced for as long as no node is free
 * of them, and from each new one for what a free node needs to notice and to take the address. No
 * more is excused, however many there are.
 */
import type { Fault, FaultKind } from "../faults.ts";
import { type Begun, stranger, type World } from "../world/world.ts";
import { fenceMs, leavesMs, tiredMs } from "./bounds.ts";
import { type Checker, isBroken, isMixed } from "./checker.ts";
import { isProving } from "./converges.ts";
import { isUnheard, pausing, silentHolders, unseenMs } from "./unheard.ts";

const everywhere: ReadonlySet<FaultKind> = new Set(["swizzle", "loss", "reorder"]);
const nowhere: ReadonlySet<FaultKind> = new Set([
  ...(["wall-clock", "duplicate", "attack", "reload", "rotate"] as const),
  // The agent is back before it is missed.
  ...(["restart", "retime"] as const),
]);

/** Reads, a beat, the turns of the others. */
const slackMs = 3_000;

/** The nodes that a fault keeps from taking an address, or from hearing who holds it. */
function hindered({ ids }: World, { kind, node, other, onlyNode }: Fault): readonly string[] {
  if (kind.startsWith("api-")) return onlyNode ? [node] : ids;
  if (kind === "cut" || kind === "one-way") return [node, other];
  // Of two, neither hears the other as it should.
  if (kind === "isolate" || kind === "deaf") return ids.length > 2 ? [node] : ids;
  if (everywhere.has(kind)) return ids;
  return nowhere.has(kind) ? [] : [node];
}

/** An order to hand over, or to stop, stands for longer than the word takes (R11). */
const lastsUntil = ({ plan }: World, { at, fault, until }: Begun): number =>
  fault.kind === "handover" || fault.kind === "stop"
    ? Math.max(until, at + leavesMs(plan.group))
    : until;

const isApi = ({ fault }: Begun): boolean => fault.kind.startsWith("api-");

/**
 * What a free node needs. One before it whose API fails is waited for, a deadline each (R14), and
 * once more where its agent starts anew; its own retries have grown as far apart when what failed
 * for all is over (R16). One that wakes listens for a dead interval, and is waited for as long.
 */
function neededMs(world: World, from: number): number {
  const { begun, plan, ids } = world;
  const { deadRatio, intervalMs, checkMs, deadlineMs, wire } = plan.group;
  // Who hears a silent node less often than the others vouches for it that much longer (R8).
  const slowestMs = Math.max(...ids.map((id) => world.host(id).intervalMs ?? intervalMs));
  const noticedMs = Math.max(3 * checkMs, (deadRatio + 1) * slowestMs);
  // What was asked for before the end of a fault has to be waited out after it.
  const failing = begun.filter((one) => isApi(one) && one.until > from - deadlineMs - fenceMs);
  // On exoip's wire who cannot claim has no word for it, and is waited for until it tries again.
  if (wire === "exoip" && failing.length > 0) return plan.boundMs;
  const unable = new Set(failing.flatMap(({ fault }) => (fault.onlyNode ? fault.node : "all")));
  const whose = unable.has("all") ? ids : [...unable];
  const starts = whose.flatMap((id) => world.host(id).boots).filter((at) => at > from);
  const woke = begun.some(({ fault, until }) => pausing.has(fault.kind) && until > from);
  // An agent that restarts is back before it is missed, and listens too.
  const restarted = begun.some(
    ({ fault, at }) => fault.kind === "restart" && at > from - noticedMs,
  );
  const listens = [woke ? deadRatio : 0, restarted ? 2 * (deadRatio - 1) : 0];
  const listensMs = Math.max(...listens) * slowestMs;
  // There who is ill says nothing, but for what its agent says before it finds out anew.
  const anew = ids.flatMap((id) => world.host(id).boots).filter((at) => at > from).length;
  const againMs = wire === "exoip" ? anew * noticedMs : 0;
  const waitsMs = (unable.size + starts.length) * deadlineMs + listensMs + againMs;
  return noticedMs + waitsMs + plan.cloud.operationMs[1] + slackMs;
}

/**
 * What a node asked for just as it woke, before it knew that it had slept, it waits out (R15); and
 * where that made it the holder, nobody knows until then.
 */
function sleptMs(world: World, ip: string, id: string, from: number): number {
  const { begun, plan, ids, cloud } = world;
  const waitsMs = plan.group.deadlineMs + fenceMs;
  const wakes = begun.some(
    ({ fault, until }) => pausing.has(fault.kind) && fault.node === id && until > from,
  );
  const late = cloud.moves.filter(
    ({ ip: of, verb, at }) => of === ip && verb === "claim" && at > from - waitsMs,
  );
  const holdsUnawares = (one: string): boolean => {
    const { woke, boots } = world.host(one);
    const { at, shownAt } = woke;
    const asked = late.some(({ by, askedAt }) => by === one && askedAt >= at && askedAt <= shownAt);
    const knows = shownAt < Infinity && (boots.at(-1) ?? 0) <= at;
    return asked && knows && cloud.holders(ip).includes(one);
  };
  return wakes || ids.some(holdsUnawares) ? waitsMs : 0;
}

/** Whether only the agents decide who holds an address, and all can hear each other again. */
const isJudged = (world: World): boolean =>
  world.plan.group.election === "heartbeat" && !isMixed(world) && !isBroken(world);

/**
 * Whether a person has an address where the agents leave it, or they may not know of that yet; or
 * one has it that fell silent and from which they stand back (R5).
 */
function isLeft(world: World, ip: string): boolean {
  const { cloud, plan, queue } = world;
  const unseen = ({ by, at, ...move }: (typeof cloud.moves)[number]): boolean =>
    move.ip === ip && by === "person" && at > queue.now - unseenMs;
  const outside = cloud.holders(ip).includes(stranger) && !plan.group.takeFromOutside;
  const standBack = silentHolders(world, ip).some((id) => isUnheard(world, ip, id));
  return outside || cloud.moves.some(unseen) || standBack;
}

/** Who has to prove itself takes nothing from a holder that lives, be it sick (R12). */
const owes = (world: World, ip: string, id: string): boolean =>
  !isProving(world.host(id)) || !world.cloud.holders(ip).some((one) => world.hosts.get(one)?.up);

export function servesAmidFaults(): Checker {
  const freeSince = new Map<string, number>();
  const unservedSince = new Map<string, number>();
  return {
    invariant: "I1 amid faults",
    look(world) {
      if (!isJudged(world)) return undefined;
      const { now } = world.queue;
      const active = world.begun.filter((one) => lastsUntil(world, one) > now);
      const hit = new Set(active.flatMap(({ fault }) => hindered(world, fault)));
      const isFree = (ip: string, id: string): boolean =>
        world.host(id).sound && !hit.has(id) && owes(world, ip, id);
      const serves = (id: string): boolean => world.hosts.get(id)?.serves === true;
      for (const ip of world.ips) {
        for (const id of world.ids) keep(freeSince, `${ip} ${id}`, isFree(ip, id), now);
        keep(unservedSince, ip, !world.cloud.holders(ip).some(serves), now);
        const since = unservedSince.get(ip);
        if (since === undefined) continue;
        const struck = world.begun.findLast(({ fault }) => hindered(world, fault).length > 0);
        const from = Math.max(since, struck?.at ?? 0);
        const latest = now - neededMs(world, from);
        const isLate = (id: string): boolean => {
          const lateMs = sleptMs(world, ip, id, from) + tiredMs(world, id);
          return Math.max(from, freeSince.get(`${ip} ${id}`) ?? now) < latest - lateMs;
        };
        const free = world.ids.find(isLate);
        if (free === undefined || isLeft(world, ip)) continue;
        const why = world.host(free).program?.reasons;
        return `${ip} was served by nobody for ${Math.round(now - from)} ms; ${free}: ${why}`;
      }
      return undefined;
    },
  };
}

/** Notes since when something has been so. */
function keep(times: Map<string, number>, what: string, is: boolean, now: number): void {
  if (!is) times.delete(what);
  else if (!times.has(what)) times.set(what, now);
}

/**
 * I1, to the second, for the first fault of a run: where the holder of a settled group dies or
 * falls ill, and all else is well, another serves once the dead interval and one claim are over.
 */
import type { FaultKind } from "../faults.ts";
import type { GroupPlan } from "../plan.ts";
import type { World } from "../world/world.ts";
import { tiredMs } from "./bounds.ts";
import { type Checker, deafOf, isMixed } from "./checker.ts";

/** All know who holds by then; exoip's frames do not say it, so each has to look. */
const settledMs = ({ wire }: GroupPlan): number => (wire === "exoip" ? 35_000 : 10_000);

/** Reads, a beat, the turns of the others. */
const slackMs = 3_000;

/** Another node notices these by itself; who is ill says so after three checks at most. */
const striking: ReadonlySet<FaultKind> = new Set([
  ...(["kill", "die", "power-off", "freeze", "stop-clock"] as const),
  ...(["sick", "ail"] as const),
]);

/** Until when an address may be served by nobody, where the fault is of this kind. */
function servedBy(world: World): number | undefined {
  const { begun, plan, ids, cloud } = world;
  const [first, ...more] = begun;
  if (first === undefined || more.length > 0) return undefined;
  const moved = cloud.moves.findLast(({ at }) => at <= first.at)?.at ?? 0;
  if (first.at < moved + settledMs(plan.group)) return undefined;
  if (!striking.has(first.fault.kind) || plan.group.election !== "heartbeat") return undefined;
  // Where a third node hears both ends a broken link makes no difference, once all know of it.
  const { broken } = plan.network;
  const known =
    broken === undefined || (ids.length > 2 && broken.at < first.at - settledMs(plan.group));
  if (!known || deafOf(world) !== undefined) return undefined;
  const { deadRatio, intervalMs, checkMs, deadlineMs } = plan.group;
  const [, operationMs] = plan.cloud.operationMs;
  const isIll = first.fault.kind === "sick" || first.fault.kind === "ail";
  const noticedMs = isIll ? 3 * checkMs + intervalMs : (deadRatio + 1) * intervalMs;
  // With a broken link another may first have to say that it stands back.
  const asideMs = broken === undefined ? 0 : deadlineMs;
  return first.at + noticedMs + operationMs + slackMs + asideMs;
}

export function takesOverPromptly(): Checker {
  const unserved = new Map<string, number>();
  return {
    invariant: "I1 prompt",
    look(world) {
      const { now } = world.queue;
      const latest = servedBy(world);
      for (const ip of world.ips) {
        const served = world.cloud.holders(ip).some((id) => world.hosts.get(id)?.serves);
        if (served || latest === undefined) unserved.delete(ip);
        else if (!unserved.has(ip)) unserved.set(ip, now);
        const since = unserved.get(ip);
        if (since === undefined || latest === undefined || now <= latest || isMixed(world))
          continue;
        const isLate = (id: string): boolean =>
          world.host(id).sound && now > latest + tiredMs(world, id);
        if (world.ids.some(isLate)) {
          return `${ip} was served by nobody for ${Math.round(now - since)} ms`;
        }
      }
      return undefined;
    },
  };
}

/**
 * I4: who has slept for longer than the dead interval listens and reads before it acts; where its
 * clock stood still meanwhile, from when on a peer's clock showed it that (R15).
 */
import { Agent } from "../world/agent.ts";
import type { Call } from "../world/cloud.ts";
import type { Host } from "../world/host.ts";
import type { World } from "../world/world.ts";
import type { Checker } from "./checker.ts";

/** Two clocks may differ by 2 % over half a minute, and frames come late. */
const unsureMs = 2_500;

/** Who follows another election has no interval of its own. */
function deadMs({ plan: { group } }: World, ...hosts: readonly Host[]): number {
  if (group.election !== "heartbeat") return 3_000;
  const intervals = hosts.map(({ intervalMs = group.intervalMs }) => intervalMs);
  return group.deadRatio * Math.max(...intervals);
}

/** A sleep of so long is noticed. Its own clock may be 1 % slow, and another 1 % fast. */
function noticedMs(world: World, host: Host): number {
  const { at, shownAt } = host.woke;
  const { election, wire } = world.plan.group;
  if (shownAt === at) return 1.03 * deadMs(world, host);
  // exoip's frames tell nothing of a clock.
  const isShown = election === "heartbeat" && wire === "authenticated";
  return isShown ? 1.03 * deadMs(world, ...world.hosts.values()) + unsureMs : Infinity;
}

function whatIsWrong(world: World, { from, verb, at: askedAt }: Call): string | undefined {
  if (verb !== "claim" && verb !== "release") return undefined;
  const host = world.host(from);
  if (!(host.program instanceof Agent)) return undefined;
  const { at, sleptMs, shownAt } = host.woke;
  const anew = (host.boots.at(-1) ?? 0) > at;
  if (anew || askedAt <= shownAt || sleptMs < noticedMs(world, host)) return undefined;
  const early = askedAt < at + 0.97 * deadMs(world, host);
  if (!early && host.program.api.readBegunAt >= at) return undefined;
  const fault = early ? "without listening" : "without a read";
  return `${from} asks for a ${verb} ${askedAt - at} ms after a sleep, ${fault}`;
}

export function pauseSafe(): Checker {
  let seen = 0;
  return {
    invariant: "I4",
    look(world) {
      const calls = world.cloud.calls.slice(seen);
      seen += calls.length;
      for (const call of calls) {
        const wrong = whatIsWrong(world, call);
        if (wrong !== undefined) return wrong;
      }
      return undefined;
    },
  };
}

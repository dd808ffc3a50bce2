/** I4: who has slept for longer than the dead interval listens and reads before it acts. */
import { Agent } from "../world/agent.ts";
import type { Checker } from "./checker.ts";

export function pauseSafe(): Checker {
  let seen = 0;
  return {
    invariant: "I4",
    look(world) {
      const { calls } = world.cloud;
      const { intervalMs, deadRatio, election } = world.plan.group;
      for (; seen < calls.length; seen += 1) {
        const call = calls[seen];
        if (call === undefined || (call.verb !== "claim" && call.verb !== "release")) continue;
        const host = world.host(call.from);
        if (!(host.program instanceof Agent)) continue;
        const { at, sleptMs } = host.woke;
        const own = deadRatio * (host.intervalMs ?? intervalMs);
        // Who follows another election has no interval of its own.
        const deadMs = election === "heartbeat" ? own : 3_000;
        // Its own clock may be 1 % slow, and another 1 % fast.
        if (sleptMs < deadMs * 1.03 || (host.boots[host.boots.length - 1] ?? 0) > at) continue;
        const early = call.at < at + deadMs * 0.97;
        const blind = host.program.api.readBegunAt < at;
        if (early || blind) {
          const fault = early ? "without listening" : "without a read";
          return `${host.id} asks for a ${call.verb} ${call.at - at} ms after a sleep, ${fault}`;
        }
      }
      return undefined;
    },
  };
}

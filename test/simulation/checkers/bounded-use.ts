/** I6: API calls of a node in any minute, of one run of its agent and of all of them. */
import type { Call } from "../world/cloud.ts";
import type { World } from "../world/world.ts";
import type { Checker } from "./checker.ts";

/**
 * R16: 120 in trouble. Where the holders of an address are shown by no single call, a look at the
 * group is a call for each node, and a larger group has 40 a minute for each.
 */
const perMinute = ({ ids, cloud }: World): number =>
  40 * (cloud.traits.readsInstances ? Math.max(3, ids.length) : 3);

/**
 * Each request is asked after until it is done, so many times at most before it is given up. As
 * many of these calls as two slow requests make are among the 120.
 */
const polls = { perRequest: 20, among: 30 };

/** A look is for all addresses, but each has changes of its own. */
const perAddress = 20;

/** An agent that starts does not know what its last run has asked, and has to look. */
const allRuns = (starts: number): number => 1 + starts / 2;

export const boundedUse: Checker = {
  invariant: "I6",
  end(world) {
    const limit = perMinute(world) + perAddress * (world.ips.length - 1);
    for (const id of world.ids) {
      const { boots } = world.host(id);
      const calls = world.cloud.calls.filter(({ from }) => from === id);
      const asked = calls.filter(({ verb }) => verb === "poll").length;
      const requests = calls.filter(({ verb }) => verb === "claim" || verb === "release").length;
      if (asked > polls.perRequest * requests)
        return `${id} asked ${asked} times after ${requests}`;
      const inAll = busiest(calls);
      if (inAll > allRuns(boots.length - 1) * limit)
        return `${id} made ${inAll} calls in a minute of several runs`;
      for (const [run, beganAt] of boots.entries()) {
        const endedAt = boots[run + 1] ?? Infinity;
        const most = busiest(calls.filter(({ at }) => at >= beganAt && at < endedAt));
        if (most > limit) return `${id} made ${most} calls in a minute`;
      }
    }
    return undefined;
  },
};

/** How many calls the busiest minute has; polls beyond what is among them are judged apart. */
function busiest(calls: readonly Call[]): number {
  let most = 0;
  let first = 0;
  let asked = 0;
  calls.forEach(({ at, verb }, last) => {
    asked += isPoll(verb);
    while (at - (calls[first]?.at ?? at) > 60_000) {
      asked -= isPoll(calls[first]?.verb);
      first += 1;
    }
    most = Math.max(most, last - first + 1 - Math.max(0, asked - polls.among));
  });
  return most;
}

const isPoll = (verb: Call["verb"] | undefined): number => (verb === "poll" ? 1 : 0);

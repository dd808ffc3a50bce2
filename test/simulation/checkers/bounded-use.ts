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
 * These are for looks and three changes. Who has to change more, or more addresses, has what each
 * further one costs: it is asked after until it is done, a dozen times and more where that takes
 * seconds. What fails without end is no excuse for calls without end.
 */
const changes = { free: 3, most: 15, calls: 5, slowCalls: 15, slowMs: 1_500 };

/** An agent that starts does not know what its last run has asked, and has to look. */
const allRuns = (starts: number): number => 1 + starts / 2;

export const boundedUse: Checker = {
  invariant: "I6",
  end(world) {
    for (const id of world.ids) {
      const { boots } = world.host(id);
      const calls = world.cloud.calls.filter(({ from }) => from === id);
      const inAll = worst(world, calls);
      if (inAll.calls > allRuns(boots.length - 1) * inAll.limit)
        return `${id} made ${inAll.calls} calls in a minute of several runs`;
      for (const [run, beganAt] of boots.entries()) {
        const endedAt = boots[run + 1] ?? Infinity;
        const own = worst(
          world,
          calls.filter(({ at }) => at >= beganAt && at < endedAt),
        );
        if (own.calls > own.limit) return `${id} made ${own.calls} calls in a minute`;
      }
    }
    return undefined;
  },
};

/** The minute that is the furthest over its limit, or the least under it. */
function worst(world: World, calls: readonly Call[]): { calls: number; limit: number } {
  const { plan, cloud } = world;
  const isSlow = cloud.traits.polled && plan.cloud.operationMs[1] > changes.slowMs;
  const each = isSlow ? changes.slowCalls : changes.calls;
  let found = { calls: 0, limit: perMinute(world) };
  let first = 0;
  let changing = 0;
  calls.forEach(({ at, verb }, last) => {
    changing += isChange(verb);
    while (at - (calls[first]?.at ?? at) > 60_000) {
      changing -= isChange(calls[first]?.verb);
      first += 1;
    }
    const more = Math.max(0, Math.min(changes.most, changing) - changes.free);
    const limit = perMinute(world) + each * more;
    const made = last - first + 1;
    if (made - limit > found.calls - found.limit) found = { calls: made, limit };
  });
  return found;
}

const isChange = (verb: Call["verb"] | undefined): number =>
  verb === "claim" || verb === "release" ? 1 : 0;

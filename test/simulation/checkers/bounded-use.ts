/** I6: API calls of a node in any minute. */
import type { Call } from "../world/cloud.ts";
import type { Checker } from "./checker.ts";

/** R16: in trouble. */
const perMinute = 120;

export const boundedUse: Checker = {
  invariant: "I6",
  end({ ids, cloud }) {
    for (const id of ids) {
      const most = busiest(cloud.calls.filter(({ from }) => from === id));
      if (most > perMinute) return `${id} made ${most} calls in a minute`;
    }
    return undefined;
  },
};

function busiest(calls: readonly Call[]): number {
  let most = 0;
  let first = 0;
  calls.forEach(({ at }, last) => {
    while (at - (calls[first]?.at ?? at) > 60_000) first += 1;
    most = Math.max(most, last - first + 1);
  });
  return most;
}

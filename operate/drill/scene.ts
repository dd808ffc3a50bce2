/** What a drill is of: who holds what, and whether stopping that one would be an outage. */

import { WorldFailure } from "../../stack/failure.ts";
import { deadRatioOf, isShared, type Stack } from "../../stack/stack.ts";
import type { CloudAddress, CloudHost, Seen } from "../cloud.ts";
import { takers } from "../move.ts";
import { mustExist, nodesIn, type Snapshot } from "../snapshot.ts";

export type Scene = {
  readonly stack: Stack;
  readonly seen: Seen;
  readonly holder: CloudHost;
  /** All that it holds, and that therefore moves. */
  readonly addresses: readonly CloudAddress[];
};

/** Time that the cloud itself may take for a claim; what else there is, is the agents' limit. */
const cloudMs = 5000;
/** Timers are late on busy hosts: the share that the project's own aim allows. */
const late = 1.05;

/** How long nobody may answer in a failover of this stack, in milliseconds. */
export function budgetOf({ election }: Stack): number {
  return Math.round(deadRatioOf(election) * election.intervalMs * late) + cloudMs;
}

/** @throws WorldFailure where a drill would be an outage, or could show nothing */
export function sceneOf(stack: Stack, snapshot: Snapshot): Scene {
  const refuse = (problem: string, fix: string): never => {
    throw new WorldFailure(problem, `nothing was touched; ${fix}`);
  };
  if (stack.nodes.length < 2)
    refuse("a drill takes two load balancers, and this stack has one", "write `nodes: 2`");
  if (isShared(stack.election))
    refuse(
      "with `hold: shared` several hold at once, and a drill stops the one that does",
      "`npx baton maintenance STACK NODE on` measures what clients see when one of them leaves",
    );
  mustExist(snapshot);
  const seen = nodesIn(snapshot);
  const off = seen.hosts.find(({ running }) => !running);
  if (off !== undefined)
    refuse(
      `${off.host} is ${off.state} already; a drill that was cut off leaves it so`,
      `\`exo compute instance start ${off.name}\`, and again when \`npx baton status\` is content`,
    );
  const owners = seen.addresses.map(({ holders: [name, ...more] }) =>
    more.length > 0 ? undefined : seen.hosts.find(({ host }) => host === name),
  );
  const astray = seen.addresses.find((_, n) => owners[n] === undefined);
  const [holder] = owners;
  if (astray !== undefined || holder === undefined)
    return refuse(
      `${astray?.ip ?? "the address"} is not held by one load balancer of this stack`,
      "`npx baton status` tells why",
    );
  if (takers(snapshot, holder.host).length === 0)
    refuse(
      `nobody is seen to be well who could take over from ${holder.host}`,
      "`npx baton status` tells why",
    );
  const addresses = seen.addresses.filter((_, n) => owners[n] === holder);
  return { stack, seen, holder, addresses };
}

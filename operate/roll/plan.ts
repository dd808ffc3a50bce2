/** In which order load balancers are replaced, and when it is better not to begin. Pure. */

import { WorldFailure } from "../../stack/failure.ts";
import type { Stack } from "../../stack/stack.ts";
import { type HostSeen, isLinked, isWell, mustExist, type Snapshot } from "../snapshot.ts";

export type Turn = {
  readonly node: string;
  /** Whether it holds an address, which has to leave it first. */
  readonly holds: boolean;
};

/**
 * Who is sick goes first, since it holds nothing and a roll may be what mends it; holders go last.
 * @throws WorldFailure where a roll would be an outage
 */
export function turnsOf(stack: Stack, snapshot: Snapshot): readonly Turn[] {
  const refuse = (problem: string, fix: string): never => {
    throw new WorldFailure(problem, `nothing was touched; ${fix}`);
  };
  if (stack.nodes.length < 2)
    refuse("a roll takes two load balancers, and this stack has one", "write `nodes: 2`");
  mustExist(snapshot);
  const nodes = snapshot.hosts.filter(({ role }) => role === "node");
  const unseen = nodes.filter(
    ({ agent, instance }) => instance?.running && agent?.kind === "unreachable",
  );
  if (unseen.length > 0)
    refuse(
      `not asked: ${namesOf(unseen)}`,
      "a roll has to see each one well before the next one goes; `npx baton status` tells more",
    );
  const sick = nodes.filter(({ name }) => !isWellEnough(snapshot, name, nodes.length));
  if (sick.length > 1)
    refuse(`not well: ${namesOf(sick)}`, "`npx baton status` tells why; mend all but one first");
  const holds = (node: string): boolean =>
    snapshot.addresses.some(({ holders }) => holders.includes(node));
  const [first] = sick;
  if (first !== undefined && holds(first.name))
    refuse(`${first.name} holds the address and is not well`, "`npx baton status` tells why");
  const order = [
    ...sick,
    ...nodes.filter((node) => node !== first && !holds(node.name)),
    ...nodes.filter((node) => node !== first && holds(node.name)),
  ];
  return order.map(({ name }) => ({ node: name, holds: holds(name) }));
}

const namesOf = (nodes: readonly HostSeen[]): string => nodes.map(({ name }) => name).join(", ");

/** With two, a sick one is heard by nobody, and so nobody hears all: health alone counts then. */
function isWellEnough(snapshot: Snapshot, node: string, count: number): boolean {
  const found = snapshot.hosts.find(({ name }) => name === node);
  return found !== undefined && isWell(found) && (count === 2 || isLinked(snapshot, node));
}

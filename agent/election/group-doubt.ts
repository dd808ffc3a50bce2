/** What is asked for, and what people are told about the answer. */
import type { CloudInstance, InstanceSelector } from "../cloud/cloud.ts";
import type { AgentPeers } from "../config.ts";
import type { NodeId } from "../wire/advertisement.ts";
import { sharedTags } from "../wire/node-tag.ts";
import { idsOf, type Member, maxMembers } from "./member.ts";

export function selectorOf(peers: AgentPeers): InstanceSelector {
  if (peers.from === "addresses") return { from: "zone" };
  const { from, name } = peers;
  return from === "label" ? { from, label: name } : { from, group: peers.id || name };
}

export const unlisted = (why: string, isKnown: boolean): string =>
  `peers not listed, so ${isKnown ? "the last ones stay" : "none is known yet"}: ${why}`;

/** What the list leaves open, and what to do; undefined where nothing is. */
export function doubtOf(
  peers: AgentPeers,
  self: NodeId,
  members: readonly Member[],
  instances: readonly CloudInstance[],
): string | undefined {
  const alike = sharedTags([self, ...idsOf(members)]);
  if (alike.length > 0) {
    return `the frames cannot tell ${alike.join(" from ")}, by a rare chance: replace one of them`;
  }
  if (peers.from === "addresses") {
    const lost = members.find(({ id }) => !id);
    return lost && `no instance found for peer ${lost.name}, ${lost.ips[0]}: is the address right?`;
  }
  const title = `${peers.from} ${peers.name}`;
  if (instances.length > maxMembers + 1) {
    return `${title} has ${instances.length} instances, and ${maxMembers + 1} can be: take others out`;
  }
  return instances.some(({ id }) => id === self)
    ? undefined
    : `this instance is not in ${title}, so its peers do not count it: add it`;
}

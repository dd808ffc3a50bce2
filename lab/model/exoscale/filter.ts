/** What the cloud's firewall lets through to and from one instance, as its groups say. */
import type { Protocol, Rule, World } from "./world.ts";

export type FilterRule = {
  readonly flow: "ingress" | "egress";
  readonly protocol: Protocol;
  /** First and last; absent: all. */
  readonly ports?: readonly [number, number];
  /** -1 stands for any. */
  readonly icmp?: { readonly type: number; readonly code: number };
  /** The other side: a network, or instances by their ids. */
  readonly from: { readonly cidr: string } | { readonly hosts: readonly string[] };
};

/** All that is let in; the rest is dropped, and what answers a flow that was let in passes. */
export function filterOf(world: World, instance: string): readonly FilterRule[] {
  const groups = world.instances[instance]?.securityGroups ?? [];
  return groups.flatMap((id) =>
    (world.securityGroups[id]?.rules ?? []).flatMap((rule) => asFilter(world, rule)),
  );
}

function asFilter(world: World, rule: Rule): readonly FilterRule[] {
  const { flow, protocol, startPort, endPort, icmp } = rule;
  const common = {
    flow,
    protocol,
    ...(startPort !== undefined && { ports: [startPort, endPort ?? startPort] as const }),
    ...(icmp !== undefined && { icmp }),
  };
  if (rule.network !== undefined) return [{ ...common, from: { cidr: rule.network } }];
  if (rule.group === undefined) return [];
  const members = Object.values(world.instances)
    .filter((one) => rule.group !== undefined && one.securityGroups.includes(rule.group))
    .map(({ id }) => id);
  const sources = world.securityGroups[rule.group]?.externalSources ?? [];
  return [
    { ...common, from: { hosts: members } },
    ...sources.map((cidr) => ({ ...common, from: { cidr } })),
  ];
}

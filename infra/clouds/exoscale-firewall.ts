/** The firewall as security groups and their rules. */
import type { ID, Output } from "@pulumi/pulumi";
import type { Stack } from "../../stack/stack.ts";
import { type FirewallRule, firewall, type Group } from "../firewall.ts";
import type { Place } from "./exoscale-facts.ts";
import * as exoscale from "./exoscale-resources.ts";

export type Groups = Readonly<Partial<Record<Group, exoscale.SecurityGroup>>>;

export type Firewalled = {
  readonly groups: Groups;
  readonly rules: readonly exoscale.SecurityGroupRule[];
};

const purposes: Readonly<Record<Group, string>> = {
  default: "All hosts",
  "load-balancer": "Load balancers",
  "app-server": "App servers",
};

/** @param nodeGroup the load balancers' group, which exists already: user-data names it */
export function makeFirewall(
  { name, parent }: Place,
  stack: Stack,
  nodeGroup: exoscale.SecurityGroup,
): Firewalled {
  const { groups: wanted, rules } = firewall(stack);
  const made = wanted.map((group) => {
    if (group === "load-balancer") return [group, nodeGroup];
    // The organisation has a group `default` of its own, and names are unique in it.
    const args = {
      name: `${stack.name}-${group}`,
      description: `${purposes[group]} of ${stack.name}`,
    };
    return [group, new exoscale.SecurityGroup(`${name}-${group}`, args, { parent })];
  });
  const groups: Groups = Object.fromEntries(made);
  return {
    groups,
    rules: rules.map((rule) => {
      const options = { parent: groups[rule.group] ?? parent };
      return new exoscale.SecurityGroupRule(`${name}-${rule.name}`, asRule(rule, groups), options);
    }),
  };
}

function asRule(rule: FirewallRule, groups: Groups) {
  const common = {
    securityGroupId: idOf(rule.group, groups),
    type: "INGRESS",
    description: rule.why,
    ...("cidr" in rule.from
      ? { cidr: rule.from.cidr }
      : { userSecurityGroupId: idOf(rule.from.group, groups) }),
  };
  switch (rule.protocol) {
    case "ping": {
      // An echo request is type 8 of ICMP (RFC 792), and type 128 of ICMPv6 (RFC 4443).
      const ipv6 = "cidr" in rule.from && rule.from.cidr.includes(":");
      const echo = ipv6
        ? { protocol: "ICMPv6", icmpType: 128, icmpCode: 0 }
        : { protocol: "ICMP", icmpType: 8, icmpCode: 0 };
      return { ...common, ...echo };
    }
    case "tcp":
    case "udp": {
      const port = rule.port ?? 0;
      return { ...common, protocol: rule.protocol.toUpperCase(), startPort: port, endPort: port };
    }
  }
}

function idOf(group: Group, groups: Groups): Output<ID> {
  const found = groups[group];
  if (found === undefined) throw new Error(`a rule names the group ${group}, which was not made`);
  return found.id;
}

/** The firewall as security groups and their rules. */
import type { ID, Output } from "@pulumi/pulumi";
import type { Stack } from "../../stack/stack.ts";
import { type FirewallRule, firewall, type Group, groupName } from "../firewall.ts";
import { type Outputs, textsOf } from "../last-deployment.ts";
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

/**
 * @param nodeGroup the load balancers' group, which exists already: user-data names it
 * @param keeping whether hosts are held back, which still serve what the old rules let through
 */
export function makeFirewall(
  place: Place,
  stack: Stack,
  nodeGroup: exoscale.SecurityGroup,
  keeping: boolean,
): Firewalled {
  const { name, parent } = place;
  const { groups: wanted, rules } = firewall(stack);
  const made = wanted.map((group) => {
    if (group === "load-balancer") return [group, nodeGroup];
    const args = {
      name: groupName(stack, group),
      description: `${purposes[group]} of ${stack.name}`,
    };
    return [group, new exoscale.SecurityGroup(`${name}-${group}`, args, { parent })];
  });
  const groups: Groups = Object.fromEntries(made);
  const names = new Set(rules.map((rule) => `${name}-${rule.name}`));
  const kept = keeping ? keptRules(place, names) : [];
  return {
    groups,
    rules: [
      ...oneAfterAnother(place, rules, groups),
      ...kept.map(([child, rule]) => new exoscale.SecurityGroupRule(child, rule, { parent })),
    ],
  };
}

/**
 * The provider takes for its own the first new rule that it sees in the group: of two that are made
 * at once, one would be recorded twice and the other never.
 */
function oneAfterAnother({ name, parent }: Place, rules: readonly FirewallRule[], groups: Groups) {
  const last = new Map<Group, exoscale.SecurityGroupRule>();
  return rules.map((rule) => {
    const before = last.get(rule.group);
    const options = { parent, dependsOn: before === undefined ? [] : [before] };
    const child = `${name}-${rule.name}`;
    const made = new exoscale.SecurityGroupRule(child, asRule(rule, groups), options);
    last.set(rule.group, made);
    return made;
  });
}

/** The rules of the last deployment that are planned no more, as they are. */
const keptRules = ({ recorded }: Place, planned: ReadonlySet<string>) =>
  [...recorded("exoscale:index/securityGroupRule:SecurityGroupRule")].flatMap(([child, outputs]) =>
    planned.has(child) ? [] : [[child, ruleOf(outputs)] as const],
  );

/** What is read back of a rule, as the inputs that it was made with. */
function ruleOf(outputs: Outputs) {
  const { securityGroupId = "", type = "", protocol = "", ...others } = textsOf(outputs);
  const { description, cidr, userSecurityGroupId } = others;
  const numbers = protocol.startsWith("ICMP")
    ? { icmpType: Number(outputs.icmpType), icmpCode: Number(outputs.icmpCode) }
    : { startPort: Number(outputs.startPort), endPort: Number(outputs.endPort) };
  const from = cidr ? { cidr } : { ...(userSecurityGroupId && { userSecurityGroupId }) };
  return {
    securityGroupId,
    type,
    protocol,
    ...numbers,
    ...from,
    ...(description && { description }),
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

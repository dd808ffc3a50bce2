/** The firewall as security groups and their rules. */
import type { ID, Output } from "@pulumi/pulumi";
import type { Stack } from "../../stack/stack.ts";
import { type FirewallRule, firewall, type Group } from "../firewall.ts";
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
    // The organisation has a group `default` of its own, and names are unique in it.
    const args = {
      name: `${stack.name}-${group}`,
      description: `${purposes[group]} of ${stack.name}`,
    };
    return [group, new exoscale.SecurityGroup(`${name}-${group}`, args, { parent })];
  });
  const groups: Groups = Object.fromEntries(made);
  const planned = rules.map((rule) => [`${name}-${rule.name}`, asRule(rule, groups)] as const);
  const kept = keeping ? keptRules(place, new Set(planned.map(([child]) => child))) : [];
  return { groups, rules: inTurn([...planned, ...kept], parent) };
}

type Rule = ReturnType<typeof asRule> | ReturnType<typeof ruleOf>;

/**
 * The provider finds the rule that it has made by what is new in the group with these ports: of
 * two that differ in their source alone and are made at once, it would take one for the other.
 */
function inTurn(rules: readonly (readonly [child: string, rule: Rule])[], parent: Place["parent"]) {
  const last = new Map<string, exoscale.SecurityGroupRule>();
  return rules.map(([child, rule]) => {
    const { protocol, startPort, icmpType } = { startPort: "", icmpType: "", ...rule };
    const kind = `${protocol} ${startPort} ${icmpType}`;
    const twin = last.get(kind);
    const dependsOn = twin === undefined ? [] : [twin];
    const made = new exoscale.SecurityGroupRule(child, rule, { parent, dependsOn });
    last.set(kind, made);
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

/** Whether the security groups let in what the stack needs, and nobody else. Pure. */
import type { z } from "zod";
import { type FirewallRule, firewall, type Group, groupName } from "../../infra/firewall.ts";
import type { Stack } from "../../stack/stack.ts";
import { type Finding, note, ok, wrong } from "../finding.ts";
import { broughtBy, type Calls, shapes } from "./examine.ts";

type CloudGroup = z.infer<typeof shapes.groups>["security-groups"][number];

export function judgeRules(stack: Stack, calls: Calls): Finding[] {
  const found = broughtBy(calls, "list-security-groups", shapes.groups)?.["security-groups"];
  if (found === undefined) return [];
  const { groups, rules } = firewall(stack);
  const idOf = (group: Group): string | undefined =>
    found.find(({ name }) => name === groupName(stack, group))?.id;
  const missing = groups.filter((group) => idOf(group) === undefined);
  if (missing.length > 0) {
    const names = missing.map((group) => groupName(stack, group)).join(", ");
    return [wrong("rules", `the cloud has no security group ${names}`, "`pulumi up` makes it")];
  }
  const findings = groups.flatMap((group) => {
    const cloud = found.find(({ id }) => id === idOf(group));
    const wanted = rules.filter((rule) => rule.group === group);
    return cloud === undefined ? [] : compare(cloud, wanted, idOf);
  });
  return findings.length > 0
    ? findings
    : [ok("rules", `all ${rules.length} are there, and nothing else is open`)];
}

function compare(
  cloud: CloudGroup,
  wanted: readonly FirewallRule[],
  idOf: (group: Group) => string | undefined,
): Finding[] {
  const there = cloud.rules.filter((rule) => rule["flow-direction"] === "ingress");
  const open = new Set(there.map(keyOf));
  const planned = new Map(wanted.map((rule) => [wantedKey(rule, idOf), rule]));
  const where = `rules of ${cloud.name}`;
  return [
    ...[...planned].flatMap(([key, rule]) =>
      open.has(key)
        ? []
        : [
            wrong(
              where,
              `one is missing: ${wordsOf(rule)} (${rule.why})`,
              "`pulumi refresh`, then `pulumi up` puts it back",
            ),
          ],
    ),
    ...[...open].flatMap((key) =>
      planned.has(key)
        ? []
        : [note(where, `open beside the stack file: ${key}`, "is it meant? else delete the rule")],
    ),
  ];
}

function wordsOf({ protocol, port, from }: FirewallRule): string {
  const what = protocol === "ping" ? "ping" : `${protocol.toUpperCase()} ${port}`;
  return `${what} from ${"cidr" in from ? from.cidr : `the group ${from.group}`}`;
}

/** What a rule opens, and to whom: two rules of one key are one. */
function keyOf(rule: CloudGroup["rules"][number]): string {
  const { protocol, icmp, network } = rule;
  const ports = icmp
    ? `type ${icmp.type} code ${icmp.code}`
    : `${rule["start-port"] ?? ""}-${rule["end-port"] ?? ""}`;
  return `${protocol} ${ports} from ${network ?? rule["security-group"]?.id ?? "anywhere"}`;
}

/** An echo request is type 8 of ICMP (RFC 792), and type 128 of ICMPv6 (RFC 4443). */
function wantedKey(rule: FirewallRule, idOf: (group: Group) => string | undefined): string {
  const { protocol, port, from } = rule;
  const whom = "cidr" in from ? from.cidr : (idOf(from.group) ?? from.group);
  if (protocol !== "ping") return `${protocol} ${port}-${port} from ${whom}`;
  const isV6 = "cidr" in from && from.cidr.includes(":");
  return `${isV6 ? "icmpv6 type 128" : "icmp type 8"} code 0 from ${whom}`;
}

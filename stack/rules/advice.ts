/** Warnings: what is allowed, and will bite later. */
import type { Finding } from "../diagnostic.ts";
import { messages } from "../messages.ts";
import { type Rule, warning } from "./rule.ts";

export const advice: Rule = (declaration, stack) => {
  const findings: Finding[] = [];
  stack.access.sshFrom.forEach((block, index) => {
    if (block.endsWith("/0"))
      findings.push(warning(["access", "ssh-from", index], messages.sshWorld()));
  });
  if (declaration.access.sshKeys.length === 0)
    findings.push(warning(["access"], messages.noLogin()));
  // Elsewhere the agent is given by option, and may be one that can.
  if (stack.cloud.provider === "exoscale" && stack.election.method === "vrrp")
    findings.push(warning(["election", "method"], messages.followsNobody()));
  if (stack.election.method === "vrrp") {
    declaration.health?.forEach((_check, index) => {
      const kind = stack.health[index]?.check.kind ?? "health";
      findings.push(warning(["health", index], messages.keepalivedDecides(kind)));
    });
  }
  if (stack.appServers.some(({ cloudConfig }) => cloudConfig !== undefined)) {
    findings.push(warning(["app-servers"], messages.wholeUserData()));
  }
  if (stack.nodes.length === 1) findings.push(warning(["nodes"], messages.oneNode()));
  if (stack.appServers.length === 1)
    findings.push(warning(["app-servers"], messages.oneAppServer()));
  return findings;
};

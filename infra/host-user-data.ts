/** The user-data of a stack's hosts, from what the cloud has said and the references' values. */
import type { Finding } from "../stack/diagnostic.ts";
import { type Host, hostsOf, type Stack } from "../stack/stack.ts";
import type { Facts } from "../user-data/facts.ts";
import type { Bundle, Sources } from "../user-data/inputs.ts";
import { makeUserData, type UserData } from "../user-data/user-data.ts";
import { report } from "./problem.ts";
import { resolver, type Secrets } from "./sources.ts";

export type Given = {
  readonly stack: Stack;
  /** Folder that `${file:PATH}` starts from. */
  readonly folder: string;
  readonly bundle: Bundle | undefined;
  /** How a finding is told; it knows the lines where there is a stack file. */
  readonly show: ((finding: Finding) => string) | undefined;
};

const sourcesOf = ({ folder, bundle }: Given, facts: Facts, secrets: Secrets): Sources => ({
  facts,
  bundle,
  resolve: resolver(folder, secrets),
});

/** @throws RunError with all that stands in the way */
export function hostUserData(given: Given, host: Host, facts: Facts, secrets: Secrets): UserData {
  const made = makeUserData(given.stack, host, sourcesOf(given, facts, secrets));
  if (made.ok) return made.userData;
  report(made.findings, undefined, given.show);
  throw new Error(`${host.name}: user-data failed without an error`);
}

/**
 * Tries all hosts before the cloud is asked for anything, so that a missing secret or a host over
 * the limit is told at once. What only the cloud knows is stood in for by text of the usual length.
 * @throws RunError with all that stands in the way, of all hosts
 */
export function rehearse(given: Given, secrets: Secrets): void {
  const facts = standIns(given.stack);
  const findings = hostsOf(given.stack).flatMap((host) => {
    const made = makeUserData(given.stack, host, sourcesOf(given, facts, secrets));
    return made.ok ? [] : made.findings;
  });
  report(findings, undefined, given.show);
}

const uuid = "00000000-0000-4000-8000-000000000000";

function standIns({ addresses, agent }: Stack): Facts {
  const known = addresses.map(({ name, ip }, index) => [
    name,
    { id: uuid, ip: ip ?? `198.51.100.${index + 1}` },
  ]);
  const made = Object.keys(agent.credentials).length === 0;
  return {
    addresses: Object.fromEntries(known),
    securityGroup: { id: uuid },
    ...(made && { agentCredentials: { key: `EXO${"x".repeat(24)}`, secret: "x".repeat(43) } }),
    secrets: {},
  };
}

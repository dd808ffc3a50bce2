/**
 * What a host's plan needs beside the stack: resolved references, facts and the agent's bundle.
 * Everything is gathered, and everything that is absent reported, before a plan is begun.
 */
import { clouds } from "../stack/clouds.ts";
import type { Finding, Path } from "../stack/diagnostic.ts";
import { messages } from "../stack/messages.ts";
import { formatReference, type Reference } from "../stack/reference.ts";
import type { Host, Stack } from "../stack/stack.ts";
import type { Facts } from "./facts.ts";
import { minimumSecretLength } from "./secrets.ts";

/** The agent's program, as built by `agent/`, or given by option. */
export type Bundle = { readonly text: string };

export type Resolved =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly message: string; readonly fix: string };

/** Follows references; the caller decides what may be read, and from where. */
export type Resolver = (reference: Reference) => Resolved;

export type Sources = {
  readonly facts: Facts;
  readonly bundle: Bundle | undefined;
  readonly resolve: Resolver;
};

/** Everything resolved; `text` knows every reference that this host's plan asks for. */
export type Inputs = {
  readonly facts: Facts;
  readonly bundle: Bundle | undefined;
  readonly text: (value: string | Reference) => string;
  /** The agent's cloud credentials by name. */
  readonly credentials: Readonly<Record<string, string>>;
};

export type Gathered =
  | { readonly ok: true; readonly inputs: Inputs }
  | { readonly ok: false; readonly findings: readonly Finding[] };

type Wanted = {
  readonly reference: Reference;
  readonly path: Path;
  /** The text of a file keeps its last line end; a secret that was read from a file loses it. */
  readonly verbatim?: boolean;
};

export function gatherInputs(stack: Stack, host: Host, sources: Sources): Gathered {
  const findings: Finding[] = [];
  const values = new Map<string, string>();
  for (const { reference, path, verbatim } of wantedBy(stack, host, sources.facts)) {
    const resolved = sources.resolve(reference);
    if (resolved.ok) {
      const value = verbatim ? resolved.value : resolved.value.replace(/\r?\n$/, "");
      values.set(formatReference(reference), value);
      const wrong = faultOf(stack, path, value);
      if (wrong !== undefined) findings.push({ severity: "error", path, ...wrong });
    } else {
      findings.push({ severity: "error", path, message: resolved.message, fix: resolved.fix });
    }
  }
  if (host.role === "node") findings.push(...missingForNode(stack, sources));
  if (findings.length > 0) return { ok: false, findings };
  const text = (value: string | Reference): string =>
    typeof value === "string" ? value : (values.get(formatReference(value)) ?? unplanned(value));
  const credentials = host.role === "node" ? credentialsOf(stack, sources.facts, text) : {};
  return { ok: true, inputs: { facts: sources.facts, bundle: sources.bundle, text, credentials } };
}

/** From the facts, where `pulumi up` made them, else from the references. */
const credentialsOf = (stack: Stack, facts: Facts, text: Inputs["text"]) =>
  facts.agentCredentials === undefined
    ? mapValues(credentialReferences(stack), text)
    : pick(facts.agentCredentials, clouds[stack.cloud.provider].credentials);

/** Only what the agent of this cloud uses reaches a host. */
const pick = (record: Readonly<Record<string, string>>, keys: readonly string[]) =>
  Object.fromEntries(Object.entries(record).filter(([key]) => keys.includes(key)));

const unplanned = (value: Reference): never => {
  throw new Error(`${formatReference(value)} was not gathered for this host`);
};

const mapValues = <A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

/** The references of the stack file, or the environment variables that stand in for them. */
function credentialReferences(stack: Stack): Readonly<Record<string, Reference>> {
  if (Object.keys(stack.agent.credentials).length > 0) return stack.agent.credentials;
  return Object.fromEntries(
    clouds[stack.cloud.provider].credentials.map((name) => [
      name,
      { from: "env", name: `BATON_AGENT_${name.toUpperCase().replaceAll("-", "_")}` },
    ]),
  );
}

/** The references that a host's plan asks for, each with its place in the stack file. */
function wantedBy(stack: Stack, host: Host, facts: Facts): Wanted[] {
  const wanted: Wanted[] = host.extra.files.flatMap(({ content }) =>
    asWanted(content, ["extra", "files"]),
  );
  if (host.role === "app-server") {
    return [...wanted, ...asWanted(host.cloudConfig, ["app-servers", "cloud-config"])];
  }
  wanted.push(...electionSecrets(stack));
  if (facts.agentCredentials === undefined) {
    for (const [name, reference] of Object.entries(credentialReferences(stack))) {
      wanted.push({ reference, path: ["agent", "credentials", name] });
    }
  }
  return wanted;
}

const asWanted = (value: string | Reference | undefined, path: Path): Wanted[] =>
  typeof value === "object" ? [{ reference: value, path, verbatim: true }] : [];

function electionSecrets({ election, secret }: Stack): Wanted[] {
  const stackSecret: Wanted = { reference: secret, path: ["secret"] };
  if (election.method === "heartbeat") return election.wire === "exoip" ? [] : [stackSecret];
  if (election.method === "vrrp" && election.version === 3) return [];
  return election.authPass === undefined
    ? [stackSecret]
    : [{ reference: election.authPass, path: ["election", "auth-pass"] }];
}

/** Printable, without blanks; at its end no backslash, by which lines of interfaces(5) go on. */
const isCredential = (value: string): boolean => /^[\x21-\x7e]*[\x21-\x5b\x5d-\x7e]$/.test(value);

/** Why a resolved secret cannot be used; the value itself is never shown. */
function faultOf(
  stack: Stack,
  path: Path,
  value: string,
): { message: string; fix?: string } | undefined {
  const [first, second] = path;
  if (second === "cloud-config" && !/^#cloud-config\s*\n/.test(value)) {
    return messages.cloudConfigHeader();
  }
  if (first === "secret" && value.length < minimumSecretLength) {
    return messages.shortSecret(value.length, minimumSecretLength);
  }
  if (first === "agent" && !isCredential(value)) return messages.oddCredential();
  if (second !== "auth-pass") return undefined;
  if (stack.election.method === "vrrp" && value.length > 8)
    return messages.passLength(value.length);
  if (stack.election.method === "carp" && !/^[A-Za-z0-9_-]+$/.test(value))
    return messages.passChars();
  return undefined;
}

function missingForNode(stack: Stack, { facts, bundle }: Sources): Finding[] {
  const findings: Finding[] = stack.addresses
    .filter(
      ({ name, ip, vip }) =>
        ip === undefined && vip === undefined && facts.addresses[name]?.ip === undefined,
    )
    .map(({ name }) => ({ severity: "error", path: ["addresses", name], ...messages.noIp(name) }));
  const { delivery } = stack.agent;
  const pinned = delivery.by === "url" && delivery.sha256 !== undefined;
  if (!pinned && bundle === undefined) {
    findings.push({
      severity: "error",
      path: ["agent"],
      ...messages.noBundle(stack.cloud.provider),
    });
  }
  return [...findings, ...wrongCredentials(stack, facts)];
}

/** Credentials of the facts are held to the same as those that the stack file names. */
function wrongCredentials(stack: Stack, { agentCredentials }: Facts): Finding[] {
  if (agentCredentials === undefined) return [];
  const { provider } = stack.cloud;
  const path = ["agent", "credentials"];
  return clouds[provider].credentials.flatMap((name): Finding[] => {
    const value = agentCredentials[name];
    const wrong =
      value === undefined
        ? messages.factsCredential(provider, name)
        : faultOf(stack, [...path, name], value);
    return wrong === undefined ? [] : [{ severity: "error", path, ...wrong }];
  });
}

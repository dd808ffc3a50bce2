/** What can be known of a stack from a desk at one moment: plain data, without a secret in it. */
import { z } from "zod";
import type { Status } from "../agent/status/status.ts";
import { WorldFailure } from "../stack/failure.ts";
import { hostsOf, type Stack } from "../stack/stack.ts";
import type { Cloud, CloudAddress, CloudHost, Seen } from "./cloud.ts";
import type { Remote, Unreachable } from "./remote.ts";

export type AgentSaid =
  | { readonly kind: "answers"; readonly status: Status }
  /** The host answers, and its agent does not. */
  | { readonly kind: "silent"; readonly why: string }
  /** The host was not asked, or did not answer. */
  | Unreachable;

export type HostSeen = {
  readonly name: string;
  readonly role: "node" | "app-server";
  /** Undefined where the cloud has none. */
  readonly instance: CloudHost | undefined;
  /** Of nodes alone. */
  readonly agent: AgentSaid | undefined;
};

export type Snapshot = {
  readonly at: string;
  readonly stack: string;
  readonly addresses: readonly CloudAddress[];
  readonly hosts: readonly HostSeen[];
  /** Instances that carry the stack's label and that the stack file does not have. */
  readonly strangers: readonly CloudHost[];
};

/** The load balancers that there are, and the addresses: what a move is followed by. */
export const nodesIn = ({ hosts, addresses }: Snapshot): Seen => ({
  hosts: hosts.flatMap(({ role, instance }) => (role === "node" ? (instance ?? []) : [])),
  addresses,
});

/** Names of the nodes whose agents answer, by the version that they are of. */
export const versionsOf = (hosts: readonly HostSeen[]): ReadonlyMap<string, readonly string[]> => {
  const known = hosts.flatMap(({ name, agent }) =>
    agent?.kind === "answers" ? [{ name, version: agent.status.version }] : [],
  );
  const groups = [...Map.groupBy(known, ({ version }) => version)];
  return new Map(groups.map(([version, all]) => [version, all.map(({ name }) => name)]));
};

/** @throws WorldFailure where the cloud has nothing of the stack, for what is to change it */
export function mustExist({ stack, hosts }: Snapshot): void {
  if (hosts.some(({ instance }) => instance !== undefined)) return;
  throw new WorldFailure(
    `the cloud has none of the hosts of ${stack}`,
    "nothing was touched; `pulumi up` makes them; are zone and organisation of the key the right ones?",
  );
}

/** Whether a node could hold, as its agent says; to take over it has to reach the cloud as well. */
export const isWell = ({ agent }: HostSeen): boolean =>
  agent?.kind === "answers" && agent.status.healthy && !agent.status.maintenance;

/** Whether a node is well, and hears and is heard by all the others that there are. */
export function isLinked({ hosts }: Snapshot, node: string): boolean {
  const found = hosts.find(({ name }) => name === node);
  if (found === undefined || !isWell(found) || found.agent?.kind !== "answers") return false;
  const there = hosts.flatMap(({ instance }) => (instance?.running ? instance.id : []));
  const { peers } = found.agent.status;
  // One that was replaced stands in the group's list for a while.
  const others = peers.filter(({ id }) => there.includes(id));
  return others.length > 0 && others.every(({ bothWays }) => bothWays);
}

/** The agent was not asked: sudo wants a password of this user. */
const noSudo: Unreachable = {
  kind: "unreachable",
  why: "sudo: a password is required",
  fix: "the SSH user needs sudo without a password; --user names another",
};

/** The command that asks the agent of a host; its socket is for root. */
const askAgent = "sudo -n baton-agent status -json";

/** @throws WorldFailure when the cloud does not tell; hosts that do not answer are no failure */
export async function takeSnapshot(
  stack: Stack,
  { cloud, remote }: { readonly cloud: Pick<Cloud, "look">; readonly remote: Remote },
): Promise<Snapshot> {
  const { hosts, addresses } = await cloud.look();
  const wanted = hostsOf(stack);
  const seen = wanted.map(async ({ name, role }): Promise<HostSeen> => {
    const instance = hosts.find(({ host }) => host === name);
    const agent = role === "node" ? await agentOf(instance, remote) : undefined;
    return { name, role, instance, agent };
  });
  return {
    at: new Date().toISOString(),
    stack: stack.name,
    addresses,
    hosts: await Promise.all(seen),
    strangers: hosts.filter(({ host }) => !wanted.some(({ name }) => name === host)),
  };
}

async function agentOf(instance: CloudHost | undefined, remote: Remote): Promise<AgentSaid> {
  if (instance === undefined) return { kind: "unreachable", why: "there is no such instance" };
  if (!instance.running) return { kind: "unreachable", why: `the instance is ${instance.state}` };
  const ran = await remote(instance, askAgent);
  if (ran.kind === "unreachable") return ran;
  const said = (ran.stderr.trim() || ran.stdout.trim()).split("\n").at(-1) ?? "";
  if (said === noSudo.why) return noSudo;
  if (ran.code !== 0) return { kind: "silent", why: said || `exit code ${ran.code}` };
  const status = statusIn(ran.stdout);
  return status === undefined
    ? { kind: "silent", why: "its answer is not understood: is it of another version?" }
    : { kind: "answers", status };
}

/** What is read of the answer; one of another version may have more in it. */
const understood = z.looseObject({
  version: z.string(),
  stack: z.string(),
  healthy: z.boolean(),
  maintenance: z.boolean(),
  api: z.looseObject({ reachable: z.boolean().optional() }),
  addresses: z.array(z.looseObject({ role: z.string(), why: z.string() })),
  peers: z.array(
    z.looseObject({ id: z.string(), name: z.string(), heard: z.boolean(), bothWays: z.boolean() }),
  ),
  moves: z.array(
    z.union([
      z.looseObject({
        kind: z.literal("moved"),
        at: z.number().min(0).max(8.64e15),
        ip: z.string(),
        detectMs: z.number().optional(),
        claimMs: z.number(),
        confirmMs: z.number(),
        why: z.string().optional(),
      }),
      z.looseObject({ kind: z.string().regex(/^(?!moved$)/) }),
    ]),
  ),
  problems: z.array(z.looseObject({ text: z.string(), fix: z.string() })),
});

function statusIn(text: string): Status | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return understood.safeParse(value).success ? (value as Status) : undefined;
  } catch {
    return undefined;
  }
}

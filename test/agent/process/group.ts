/** A group of real agent processes before the HTTP double of the cloud. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { AgentConfig, AgentCredentials } from "../../../agent/config.ts";
import { agentBundle } from "../../../cli/agent-bundle.ts";
import { type Emulator, startExoscale } from "../../../lab/emulators/exoscale.ts";
import type { Settings } from "../../../lab/model/exoscale/cloud.ts";
import type { Effect, Fault } from "../../../lab/model/exoscale/fault.ts";
import type { Call } from "../../../lab/model/exoscale/request.ts";
import { callWitness } from "../../outsiders/witness.ts";
import { type Network, startNetwork } from "./network.ts";

export const address = "203.0.113.7";
const uuid = (kind: string, number: number): string =>
  `${kind.repeat(8)}-0000-4000-8000-${String(number).padStart(12, "0")}`;
/** The cloud's id of lb1, lb2, …; and of the addresses by their number. */
export const idOf = (node: string): string => uuid("1", Number(node.slice(2)));
const addressIdOf = (number: number): string => uuid("e", number + 1);
const ipOf = (number: number): string => (number === 0 ? address : `203.0.113.${100 + number}`);

/** What the smallest policy of the Pulumi program allows. */
const allows: readonly Call[] = [
  "get-instance",
  "list-instances",
  "list-elastic-ips",
  "get-operation",
  "list-zones",
  "attach-instance-to-elastic-ip",
  "detach-instance-from-elastic-ip",
];

export type GroupOptions = {
  readonly nodes?: readonly string[];
  readonly intervalMs?: number;
  readonly wire?: "authenticated" | "exoip";
  readonly addresses?: number;
  readonly cloud?: Partial<Settings>;
  readonly config?: (node: string, config: AgentConfig) => AgentConfig;
  readonly heartbeatKeys?: readonly string[];
  /** The Node that runs the agents. */
  readonly node?: string;
};

export type Group = {
  readonly emulator: Emulator;
  readonly network: Network;
  readonly folder: string;
  readonly start: (node: string) => ChildProcess;
  readonly pid: (node: string) => number;
  readonly signal: (node: string, signal: NodeJS.Signals) => void;
  /** Ends when the process has. */
  readonly ended: (node: string) => Promise<number | null>;
  readonly writeCredentials: (node: string, heartbeatKeys: readonly string[]) => void;
  readonly log: (node: string) => string;
  readonly fault: (effect: Effect, where?: Partial<Fault>) => () => void;
  /** Names of the nodes to which the cloud routes the address. */
  readonly holders: () => readonly string[];
  /** Changes that reached the cloud, as `attach lb1` or `detach lb2`, with who asked. */
  readonly changes: () => readonly { atMs: number; by: string; what: string }[];
  readonly socket: (node: string) => string;
};

export const key = (byte: string): string => Buffer.from(byte.repeat(32)).toString("base64");

export const elasticIp = addressIdOf(0);

/** `after` takes what ends the group, as a test's context does. */
export async function startGroup(
  test: Pick<TestContext, "after">,
  options: GroupOptions = {},
): Promise<Group> {
  const nodes = options.nodes ?? ["lb1", "lb2"];
  const network = await startNetwork(nodes);
  const folder = mkdtempSync(join(tmpdir(), "baton-agents-"));
  const { file } = await agentBundle("exoscale");
  const witness = await callWitness();
  const emulator = await startExoscale({
    onExchange: witness.onExchange,
    world: worldOf(nodes, network, options.addresses ?? 1),
    keys: Object.fromEntries(
      nodes.map((node) => [`EXO${node}`, { secret: "s".repeat(43), node, allows }]),
    ),
    settings: { operationMs: [50, 50], ...options.cloud },
    random: Math.random,
  });
  const running = new Map<string, { child: ChildProcess; log: string[] }>();
  const all: ChildProcess[] = [];
  const path = (node: string, name: string): string => join(folder, node, name);
  const writeCredentials: Group["writeCredentials"] = (node, heartbeatKeys) => {
    const cloud = { key: `EXO${node}`, secret: "s".repeat(43) };
    const credentials: AgentCredentials = { cloud, heartbeatKeys };
    writeFileSync(path(node, "credentials.json"), JSON.stringify(credentials), { mode: 0o600 });
  };
  for (const node of nodes) {
    mkdirSync(join(folder, node));
    const config = configOf(node, nodes, network, emulator.endpoint, folder, options);
    const own = options.config?.(node, config) ?? config;
    writeFileSync(path(node, "agent.json"), JSON.stringify(own));
    writeCredentials(node, options.heartbeatKeys ?? [key("k")]);
  }
  const start = (node: string): ChildProcess => {
    const runtime = options.node ?? process.execPath;
    const argv = [file, "watch", "--config", path(node, "agent.json")];
    const child = spawn(runtime, argv, { stdio: ["ignore", "pipe", "pipe"] });
    const log = running.get(node)?.log ?? [];
    child.stderr.on("data", (text) => log.push(String(text)));
    child.stdout.on("data", (text) => log.push(String(text)));
    running.set(node, { child, log });
    all.push(child);
    return child;
  };
  test.after(async () => {
    for (const child of all) child.kill("SIGKILL");
    network.close();
    await emulator.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    witness.verdict();
  });
  const child = (node: string): ChildProcess => {
    const found = running.get(node)?.child;
    if (found === undefined) throw new Error(`${node} was not started`);
    return found;
  };
  const nameOf = (id: string): string => nodes.find((node) => idOf(node) === id) ?? id;
  return {
    emulator,
    network,
    folder,
    start,
    writeCredentials,
    pid: (node) => child(node).pid ?? 0,
    signal: (node, signal) => void child(node).kill(signal),
    ended: async (node) => {
      const one = child(node);
      if (one.exitCode === null && one.signalCode === null) await once(one, "exit");
      return one.exitCode;
    },
    log: (node) => (running.get(node)?.log ?? []).join(""),
    fault: (effect, where = {}) => {
      const name = String(performance.now());
      emulator.input({ kind: "fault", fault: { name, effect, ...where } });
      return () => emulator.input({ kind: "mend", name });
    },
    holders: () => emulator.holders(elasticIp).map(nameOf),
    changes: () =>
      emulator.requests.flatMap(({ atMs, from, call, body }) => {
        const kind = call?.match(/^(attach|detach)/)?.[0];
        if (kind === undefined) return [];
        const whom = nameOf(String(JSON.parse(body).instance.id));
        return [{ atMs, by: from, what: `${kind} ${whom}` }];
      }),
    socket: (node) => path(node, "status.sock"),
  };
}

function worldOf(nodes: readonly string[], network: Network, addresses: number) {
  const instances = nodes.map((node) => ({
    id: idOf(node),
    name: node,
    state: "running" as const,
    publicIp: network.publicIp(node),
    labels: { role: "lb" },
    securityGroups: [],
    antiAffinityGroups: [],
    elasticIps: [],
    createdAt: "2026-01-01T00:00:00Z",
  }));
  const elasticIps = Array.from({ length: addresses }, (_, number) => ({
    id: addressIdOf(number),
    ip: ipOf(number),
    family: "inet4" as const,
    description: "",
    labels: {},
  }));
  return {
    zone: "ch-gva-2",
    instances: Object.fromEntries(instances.map((instance) => [instance.id, instance])),
    elasticIps: Object.fromEntries(elasticIps.map((one) => [one.id, one])),
    securityGroups: {},
    antiAffinityGroups: {},
  };
}

function configOf(
  node: string,
  nodes: readonly string[],
  network: Network,
  endpoint: string,
  folder: string,
  { intervalMs = 200, wire = "authenticated", addresses: count = 1 }: GroupOptions,
): AgentConfig {
  const others = nodes.filter((name) => name !== node);
  const addresses = Object.fromEntries(others.map((name) => [name, network.publicIp(name)]));
  return {
    version: 1,
    stack: "test",
    node,
    cloud: { provider: "exoscale", zone: "ch-gva-2", endpoint },
    addresses: Array.from({ length: count }, (_, number) => ({
      name: `web${number}`,
      ip: ipOf(number),
      interface: "lo",
      ranks: Object.fromEntries(nodes.map((name, rank) => [name, rank])),
    })),
    election: {
      method: "heartbeat",
      intervalMs,
      deadRatio: 3,
      hold: "exclusive",
      port: network.port,
      listen: network.home(node),
      wire,
      priority: 10 * (nodes.indexOf(node) + 1),
      peers: { from: "addresses", addresses },
      preempt: true,
      preemptDelayMs: 0,
    },
    health: [],
    credentialsFile: join(folder, node, "credentials.json"),
    stateDirectory: join(folder, node),
    instance: idOf(node),
    statusSocket: join(folder, node, "status.sock"),
  };
}

/** Waits for what must become so; the time is for a machine that is busy. */
export async function until(
  what: string,
  holds: () => boolean,
  group: Group,
  withinMs = 30_000,
): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > endMs) {
      const logs = `${group.log("lb1").slice(-3000)}\n${group.log("lb2").slice(-3000)}`;
      throw new Error(`not so within ${withinMs} ms: ${what}; held by ${group.holders()}\n${logs}`);
    }
    await pause(20);
  }
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

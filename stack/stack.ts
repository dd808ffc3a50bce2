/**
 * A stack as the rest of the project reads it: every default filled in, every host by name with
 * its fixed addresses, every order as ranks. Nothing here is optional but what may truly be absent.
 */
import type { Reference } from "./reference.ts";
import type { Declaration } from "./schema.ts";
import type { NetworkStack, System } from "./systems.ts";

export type Cloud = Declaration["cloud"];
export type Provider = Cloud["provider"];

export type Network =
  | { readonly name: string; readonly type: "public"; readonly interface: string }
  | {
      readonly name: string;
      readonly type: "private";
      readonly interface: string;
      readonly cidr: string;
      readonly gateway: string | undefined;
      /** `none`: the hosts' interfaces are up there, and carry no address. */
      readonly ips: "fixed" | "none";
    };

export type PrivateNetwork = Extract<Network, { type: "private" }>;

/** The user's own packages, files and commands, of stack, group and host together. */
export type Extra = {
  readonly packages: readonly string[];
  readonly files: readonly {
    readonly path: string;
    readonly content: string | Reference;
    readonly owner: string;
    /** Undefined: for root alone where it may well be a secret, else for all to read. */
    readonly mode?: string | undefined;
  }[];
  readonly commands: readonly string[];
  readonly packageUpdate: boolean;
  readonly packageUpgrade: boolean;
};

type Common = {
  readonly name: string;
  readonly system: System;
  readonly image: string | undefined;
  readonly size: string | undefined;
  readonly hostName: string | undefined;
  readonly publicIp: string | undefined;
  /** Fixed address by name of the private network. */
  readonly ips: Readonly<Record<string, string>>;
  readonly extra: Extra;
};

/** A machine that can hold the address. */
export type Node = Common & {
  readonly role: "node";
  readonly kind: "load-balancer" | "virtual-router";
  /** Priority in the election's own scale, where the stack file gives one. */
  readonly priority: number | undefined;
};

export type AppServer = Common & {
  readonly role: "app-server";
  readonly cloudConfig: string | Reference | undefined;
};

export type Host = Node | AppServer;

/** A server of the proxies; one without a host is an empty slot. */
export type Backend = { readonly name: string; readonly target: string };

export type Address = {
  readonly name: string;
  /** The failover address of the world; absent until the cloud has given it. */
  readonly ip: string | undefined;
  /** The virtual address that the nodes carry, on clouds where it differs from `ip`. */
  readonly vip: string | undefined;
  readonly network: string | undefined;
  readonly interface: string;
  /** Rank of each node, 0 best; equal ranks share. */
  readonly ranks: Readonly<Record<string, number>>;
};

export type Service = {
  readonly name: string;
  readonly port: number;
  readonly targetPort: number;
  readonly protocol: "http" | "tcp";
  readonly check: string | undefined;
  readonly from: readonly string[];
};

export type Peers =
  | { readonly from: "security-group"; readonly name: string }
  | { readonly from: "label"; readonly name: string }
  | { readonly from: "addresses"; readonly network: string };

type Elected = {
  readonly intervalMs: number;
  readonly preempt: boolean;
  readonly preemptDelayMs: number;
};

export type HeartbeatElection = Elected & {
  readonly method: "heartbeat";
  readonly deadRatio: number;
  readonly hold: "exclusive" | "shared";
  readonly port: number;
  readonly wire: "authenticated" | "exoip";
  readonly peers: Peers;
};

export type VrrpElection = Elected & {
  readonly method: "vrrp";
  /** VRRP version: 2 has a password, 3 has fractions of a second. */
  readonly version: 2 | 3;
  readonly instance: string;
  readonly routerId: number;
  readonly authPass: Reference | undefined;
  readonly network: string;
};

export type CarpElection = Elected & {
  readonly method: "carp";
  readonly routerId: number;
  readonly authPass: Reference | undefined;
  readonly network: string;
  readonly carpAddress: string;
  readonly alias: "permanent" | "ifstated";
};

export type Election = HeartbeatElection | VrrpElection | CarpElection;

/** Intervals of silence after which a node is dead; VRRP (RFC 5798, 6.1) and CARP know no other. */
export const deadRatioOf = (election: Election): number =>
  election.method === "heartbeat" ? election.deadRatio : 3;

/** Whether all nodes of equal best priority hold at once. */
export const isShared = (election: Election): boolean =>
  election.method === "heartbeat" && election.hold === "shared";

export type HealthCheck = {
  readonly check:
    | { readonly kind: "http"; readonly url: string }
    | { readonly kind: "tcp"; readonly host: string; readonly port: number }
    | { readonly kind: "command"; readonly argv: readonly string[] }
    | { readonly kind: "link"; readonly interface: string }
    | { readonly kind: "ping"; readonly host: string };
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly rise: number;
  readonly fall: number;
};

export type Agent = {
  readonly delivery:
    | { readonly by: "inline" }
    /** Without a SHA-256 it is that of the bundle at hand. */
    | { readonly by: "url"; readonly url: string; readonly sha256?: string };
  readonly credentials: Readonly<Record<string, Reference>>;
  /** What configures the address on the host, where its system leaves a choice. */
  readonly loopback: NetworkStack | undefined;
};

export type Stack = {
  readonly name: string;
  readonly cloud: Cloud;
  readonly networks: readonly Network[];
  readonly addresses: readonly Address[];
  readonly nodes: readonly Node[];
  readonly appServers: readonly AppServer[];
  readonly backends: readonly Backend[];
  readonly services: readonly Service[];
  readonly proxy: "haproxy" | "nginx" | "none";
  readonly election: Election;
  readonly health: readonly HealthCheck[];
  readonly access: Declaration["access"];
  readonly agent: Agent;
  readonly secret: Reference;
};

/** Nodes first, then app servers: the order in which commands list and write them. */
export const hostsOf = (stack: Stack): readonly Host[] => [...stack.nodes, ...stack.appServers];

export const privateNetworks = (networks: readonly Network[]): PrivateNetwork[] =>
  networks.filter((network) => network.type === "private");

/** Private networks on which the hosts have addresses. */
export const addressedNetworks = (networks: readonly Network[]): PrivateNetwork[] =>
  privateNetworks(networks).filter(({ ips }) => ips === "fixed");

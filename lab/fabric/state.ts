/** What the fabric should be like: plain data, from which rules and routes are rendered. */
import type { Flavour } from "../image/flavour.ts";

export type Link = {
  /** The name that the guest sees, as the stack file has it. */
  readonly name: string;
  readonly kind: "public" | "private";
  /** Of a private link: the network it is on. */
  readonly network?: string;
  readonly mac?: string;
};

export type HostSpec = {
  /** The cloud's instance id. */
  readonly id: string;
  readonly name: string;
  /** Public IPv4 address, inside the fabric's subnet. */
  readonly ip: string;
  /** Of the public link. */
  readonly mac: string;
  readonly flavour: Flavour;
  /** Who logs in by SSH; the image's own user unless given. */
  readonly user?: string;
  readonly links: readonly Link[];
};

export type Protocol = "tcp" | "udp" | "icmp" | "esp" | "ah" | "gre" | "ipip";

/** Lets traffic in; what no rule lets in is dropped, answers excepted. */
export type FilterRule = {
  readonly protocol: Protocol;
  /** First and last port; all when absent. */
  readonly ports?: readonly [first: number, last: number];
  /** −1 stands for any. */
  readonly icmp?: { readonly type: number; readonly code: number };
  readonly from: { readonly cidr: string } | { readonly hosts: readonly string[] };
};

/** To whom something that was open is closed now: ids of hosts, and blocks of addresses. */
export function closedTo(
  before: readonly FilterRule[],
  after: readonly FilterRule[],
): readonly string[] {
  const open = new Set(after.flatMap(openings).map(({ key }) => key));
  const closed = before.flatMap(openings).filter(({ key }) => !open.has(key));
  return [...new Set(closed.map(({ source }) => source))];
}

/** A rule as one opening for each that it lets in. */
const openings = ({ from, ...what }: FilterRule) =>
  ("cidr" in from ? [from.cidr] : from.hosts).map((source) => ({
    source,
    key: JSON.stringify([what, source]),
  }));

/** An end of a path: a host's id, or the measuring client. */
export type End = string | "client";

export type Cut = { readonly from: End; readonly to: End };

/** What goes wrong on all of a host's links. */
export type Impairment = { readonly lossPercent?: number; readonly delayMs?: number };

export type Placed = {
  readonly spec: HostSpec /** Its port of the router. */;
  readonly port: string;
};

type ById<T> = Readonly<Record<string, T>>;

export type FabricState = {
  readonly hosts: ById<Placed>;
  /** MAC addresses of all that have ever had a public address, by that address. */
  readonly macs: ById<readonly string[]>;
  /** Bridge of each private network. */
  readonly networks: ById<string>;
  /** Ids of the hosts that traffic to an elastic IP is spread over. */
  readonly holders: ById<readonly string[]>;
  readonly rules: ById<readonly FilterRule[]>;
  readonly cuts: readonly Cut[];
  readonly impaired: ById<Impairment>;
  readonly withoutApi: readonly string[];
  readonly withoutMetadata: readonly string[];
  /** Numbers are never used twice, so that a late packet finds no new owner. */
  readonly next: number;
};

export const emptyState: FabricState = {
  hosts: {},
  macs: {},
  networks: {},
  holders: {},
  rules: {},
  cuts: [],
  impaired: {},
  withoutApi: [],
  withoutMetadata: [],
  next: 1,
};

/** Gives a host its port, and each private network that is new a bridge. */
export function placeHost(state: FabricState, spec: HostSpec): FabricState {
  const { next } = state;
  const hosts = { ...state.hosts, [spec.id]: { spec, port: `h${next}` } };
  const macs = { ...state.macs, [spec.ip]: [...(state.macs[spec.ip] ?? []), spec.mac] };
  return spec.links.reduce(withNetwork, { ...state, hosts, macs, next: next + 1 });
}

/** Adds a private link to a host. */
export function placeLink(state: FabricState, id: string, link: Link): FabricState {
  const placed = state.hosts[id];
  if (placed === undefined) return state;
  const spec = { ...placed.spec, links: [...placed.spec.links, link] };
  return withNetwork({ ...state, hosts: { ...state.hosts, [id]: { ...placed, spec } } }, link);
}

/** Takes a host's link to a private network away. */
export function dropLink(state: FabricState, id: string, network: string): FabricState {
  const placed = state.hosts[id];
  if (placed === undefined) return state;
  const links = placed.spec.links.filter((link) => link.network !== network);
  const hosts = { ...state.hosts, [id]: { ...placed, spec: { ...placed.spec, links } } };
  return { ...state, hosts };
}

function withNetwork(state: FabricState, { network }: Link): FabricState {
  if (network === undefined || state.networks[network] !== undefined) return state;
  const networks = { ...state.networks, [network]: `n${state.next}` };
  return { ...state, networks, next: state.next + 1 };
}

/** Forgets a host, and what concerned it alone. */
export function dropHost(state: FabricState, id: string): FabricState {
  const but = <T>(all: ById<T>): ById<T> =>
    Object.fromEntries(Object.entries(all).filter(([key]) => key !== id));
  const others = (ids: readonly string[]) => ids.filter((other) => other !== id);
  return {
    ...state,
    hosts: but(state.hosts),
    rules: but(state.rules),
    impaired: but(state.impaired),
    holders: Object.fromEntries(
      Object.entries(state.holders).map(([address, ids]) => [address, others(ids)]),
    ),
    cuts: state.cuts.filter(({ from, to }) => from !== id && to !== id),
    withoutApi: others(state.withoutApi),
    withoutMetadata: others(state.withoutMetadata),
  };
}

/** The router's port of a private link of a host. */
export const privatePort = (placed: Placed, bridge: string): string => `${placed.port}${bridge}`;

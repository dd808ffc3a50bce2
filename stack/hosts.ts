/** Host groups of the declaration as named hosts with fixed addresses. */
import { addressAt, type Cidr, contains, formatAddress, parseCidr } from "./ip.ts";
import type { Declaration } from "./schema.ts";
import {
  type AppServer,
  addressedNetworks,
  type Backend,
  type Extra,
  type Network,
  type Node,
  type PrivateNetwork,
} from "./stack.ts";
import { systems } from "./systems.ts";

type NodesField = Declaration["nodes"];
type AppServersField = NonNullable<Declaration["appServers"]>;
type NodeGroup = Exclude<NodesField, number>;
type AppServerGroup = Exclude<AppServersField, number>;
type DeclaredExtra = NonNullable<Declaration["extra"]>;

export const nodeGroup = (declared: NodesField): NodeGroup =>
  typeof declared === "number" ? { count: declared, kind: "load-balancer" } : declared;

export const appServerGroup = (declared: AppServersField): AppServerGroup =>
  typeof declared === "number" ? { count: declared } : declared;

const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);

export function resolveNodes(declaration: Declaration, networks: readonly Network[]): Node[] {
  const group = nodeGroup(declaration.nodes);
  const declared = group.hosts ?? {};
  return nodeNames(group).map((name, index) => {
    const own = declared[name] ?? { ips: {} };
    const planned = Object.fromEntries(
      addressedNetworks(networks).map((network) => [network.name, planNode(network, index)]),
    );
    return {
      name,
      role: "node",
      kind: group.kind,
      system: systems[own.system ?? group.system ?? declaration.system],
      image: own.image ?? group.image,
      size: own.size ?? group.size,
      hostName: own.hostName,
      publicIp: own.publicIp,
      ips: { ...planned, ...own.ips },
      priority: own.priority,
      extra: mergeExtras([declaration.extra, group.extra, own.extra]),
    };
  });
}

export function resolveAppServers(
  declaration: Declaration,
  networks: readonly Network[],
): AppServer[] {
  if (declaration.appServers === undefined) return [];
  const group = appServerGroup(declaration.appServers);
  const declared = group.hosts ?? {};
  const [first] = addressedNetworks(networks);
  const nodes = nodeNames(nodeGroup(declaration.nodes)).length;
  return namesOf(declared, numbered("app", group.count ?? 0)).map((name, index) => {
    const own = declared[name] ?? { ips: {} };
    return {
      name,
      role: "app-server",
      system: systems[own.system ?? group.system ?? declaration.system],
      image: own.image ?? group.image,
      size: own.size ?? group.size,
      hostName: own.hostName,
      publicIp: own.publicIp,
      ips: { ...(first && { [first.name]: planAppServer(first, index, nodes) }), ...own.ips },
      cloudConfig: own.cloudConfig ?? group.cloudConfig,
      extra: mergeExtras([declaration.extra, group.extra, own.extra]),
    };
  });
}

/** The proxies' servers: each app server by DNS name or fixed address, then the empty slots. */
export function resolveBackends(
  declaration: Declaration,
  servers: readonly AppServer[],
  networks: readonly Network[],
): Backend[] {
  const [network] = addressedNetworks(networks);
  const backends = servers.map(({ name, hostName, ips }) => ({
    name,
    target: hostName ?? (network && ips[network.name]) ?? name,
  }));
  const group =
    declaration.appServers === undefined ? undefined : appServerGroup(declaration.appServers);
  const taken = new Set(servers.map(({ name }) => name));
  const slots = group?.slots ?? 0;
  const empty = numbered("app", slots + 2 * servers.length)
    .slice(servers.length)
    .filter((name) => !taken.has(name))
    .slice(0, Math.max(0, slots - servers.length));
  const nodes = nodeNames(nodeGroup(declaration.nodes)).length;
  return [
    ...backends,
    ...empty.map((name, index) => ({
      name,
      target: network === undefined ? name : planAppServer(network, servers.length + index, nodes),
    })),
  ];
}

/**
 * Nodes are planned from the 11th address of a block on, app servers from the 21st. In a small
 * block, nodes begin behind the router's address and app servers at the eighth.
 */
const startsIn = (cidr: Cidr): { node: number; appServer: number } =>
  contains(cidr, addressAt(cidr, 63)) ? { node: 11, appServer: 21 } : { node: 2, appServer: 8 };

function planNode(network: PrivateNetwork, index: number): string {
  const cidr = parseCidr(network.cidr);
  if (cidr === undefined) return network.cidr;
  return formatAddress(addressAt(cidr, startsIn(cidr).node + index));
}

/** Many nodes push the app servers back, so that a larger number alone makes no clash. */
function planAppServer(network: PrivateNetwork, index: number, nodes: number): string {
  const cidr = parseCidr(network.cidr);
  if (cidr === undefined) return network.cidr;
  const { node, appServer } = startsIn(cidr);
  return formatAddress(addressAt(cidr, Math.max(appServer, node + nodes) + index));
}

const nodeNames = (group: NodeGroup): readonly string[] =>
  namesOf(
    group.hosts ?? {},
    numbered(group.kind === "virtual-router" ? "vr" : "lb", group.count ?? 0),
  );

/** A numbered group may override some of its hosts by name; a named group is just its names. */
function namesOf(
  hosts: Readonly<Record<string, unknown>>,
  counted: readonly string[],
): readonly string[] {
  const named = Object.keys(hosts);
  return counted.length > 0 && named.every((name) => counted.includes(name)) ? counted : named;
}

function mergeExtras(layers: readonly (DeclaredExtra | undefined)[]): Extra {
  const present = layers.filter((layer) => layer !== undefined);
  const last = <T>(values: readonly (T | undefined)[], otherwise: T): T =>
    values.findLast((value) => value !== undefined) ?? otherwise;
  return {
    packages: [...new Set(present.flatMap((layer) => layer.packages))],
    files: present.flatMap((layer) => layer.files),
    commands: present.flatMap((layer) => layer.commands),
    packageUpdate: last(
      present.map((layer) => layer.package_update),
      true,
    ),
    packageUpgrade: last(
      present.map((layer) => layer.package_upgrade),
      false,
    ),
  };
}

/** The hosts that `baton:replace` names, which may leave service. @param value with commas or spaces */
export const hostsNamed = (value = ""): readonly string[] =>
  value.split(/[\s,]+/).filter((name) => name !== "");

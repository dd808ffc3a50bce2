/**
 * From the declaration to the stack: defaults that depend on other fields, hosts by name, ranks.
 * It is total, so that the rules can look at the result of a wrong declaration too.
 */
import { clouds } from "./clouds.ts";
import { nodeGroup, resolveAppServers, resolveBackends, resolveNodes } from "./hosts.ts";
import { addressAt, formatAddress, parseCidr } from "./ip.ts";
import type { Declaration } from "./schema.ts";
import {
  type Address,
  type Agent,
  type Election,
  type HealthCheck,
  type Network,
  type Node,
  privateNetworks,
  type Service,
  type Stack,
} from "./stack.ts";
import { systems } from "./systems.ts";

export function resolve(declaration: Declaration): Stack {
  const networks = resolveNetworks(declaration);
  const nodes = resolveNodes(declaration, networks);
  const appServers = resolveAppServers(declaration, networks);
  const services = Object.entries(declaration.services).map(
    ([name, service]): Service => ({
      name,
      ...service,
      targetPort: service.targetPort ?? service.port,
      check: service.check,
    }),
  );
  const proxy = declaration.proxy ?? defaultProxy(appServers.length, services.length);
  return {
    name: declaration.name,
    cloud: declaration.cloud,
    networks,
    addresses: resolveAddresses(declaration, networks, nodes),
    nodes,
    appServers,
    backends: resolveBackends(declaration, appServers, networks),
    services,
    proxy,
    election: resolveElection(declaration, networks, nodes),
    health: resolveHealth(declaration, proxy === "none" ? [] : services),
    access: declaration.access,
    agent: resolveAgent(declaration.agent),
    secret: declaration.secret,
  };
}

const defaultProxy = (servers: number, services: number): Stack["proxy"] => {
  if (services === 0) return "none";
  return servers > 0 ? "haproxy" : "nginx";
};

function resolveNetworks(declaration: Declaration): readonly Network[] {
  const facts = clouds[declaration.cloud.provider];
  const declared = Object.entries(declaration.networks);
  if (declared.length === 0) {
    const { system = declaration.system } = nodeGroup(declaration.nodes);
    const virtio = systems[system].networkStacks.includes("hostname.if");
    // OpenBSD names interfaces after their driver: vio0, vio1.
    return facts.networks.map((network, index) =>
      virtio ? { ...network, interface: `vio${index}` } : network,
    );
  }
  return declared.map(([name, network]): Network => {
    if (network.type === "public") return { name, type: "public", interface: network.interface };
    const cidr = network.cidr ?? "";
    const block = parseCidr(cidr);
    const first =
      facts.gatewayFirst && block !== undefined ? formatAddress(addressAt(block, 1)) : undefined;
    const { interface: interfaceName, gateway = first, ips } = network;
    return { name, type: "private", interface: interfaceName, cidr, gateway, ips };
  });
}

function resolveAddresses(
  declaration: Declaration,
  networks: readonly Network[],
  nodes: readonly Node[],
): Address[] {
  const [first] = privateNetworks(networks);
  const method = methodOf(declaration, nodes);
  // ifstated and hostname.if(5) put the address beside the one that DHCP gave; Linux has it on lo.
  const beside = method === "carp" ? networks.find(({ type }) => type === "public") : undefined;
  return Object.entries(declaration.addresses).map(([name, declared]) => {
    const network = declared.vip === undefined ? undefined : (declared.network ?? first?.name);
    const carrier = networks.find((candidate) => candidate.name === network)?.interface;
    return {
      name,
      ip: declared.ip,
      vip: declared.vip,
      network,
      interface: declared.interface ?? carrier ?? beside?.interface ?? "lo",
      ranks: ranksOf(declared.order, nodes, method),
    };
  });
}

/** Ranks by the written order, else by priority, else as the nodes are listed. */
function ranksOf(
  order: readonly string[] | "equal" | undefined,
  nodes: readonly Node[],
  method: Election["method"],
): Record<string, number> {
  if (order === "equal") return Object.fromEntries(nodes.map(({ name }) => [name, 0]));
  if (order !== undefined) return Object.fromEntries(order.map((name, rank) => [name, rank]));
  const priorities = [...new Set(nodes.flatMap(({ priority }) => priority ?? []))];
  if (priorities.length === 0)
    return Object.fromEntries(nodes.map(({ name }, rank) => [name, rank]));
  // VRRP prefers the highest priority; exoip's frames and CARP's advskew the lowest.
  const best = priorities.sort((a, b) => (method === "vrrp" ? b - a : a - b));
  return Object.fromEntries(
    nodes.map(({ name, priority }) => [
      name,
      priority === undefined ? best.length : best.indexOf(priority),
    ]),
  );
}

function methodOf(declaration: Declaration, nodes: readonly Node[]): Election["method"] {
  if (declaration.election.method !== undefined) return declaration.election.method;
  const carp = nodes.some(({ system }) => !system.elections.includes("heartbeat"));
  return carp ? "carp" : clouds[declaration.cloud.provider].method;
}

function resolveElection(
  declaration: Declaration,
  networks: readonly Network[],
  nodes: readonly Node[],
): Election {
  const { election } = declaration;
  const method = methodOf(declaration, nodes);
  const network = election.network ?? privateNetworks(networks)[0]?.name ?? "";
  const common = {
    intervalMs: election.interval,
    preempt: election.preempt,
    preemptDelayMs: election.preemptDelay,
  };
  const { deadRatio, hold, port, wire, instance, authPass, alias } = election;
  switch (method) {
    case "heartbeat": {
      const onExoscale =
        declaration.cloud.provider === "exoscale" && election.network === undefined;
      const from = election.peers ?? (onExoscale ? "security-group" : "addresses");
      const peers = from === "addresses" ? { from, network } : { from, name: election.peerGroup };
      return { method, ...common, deadRatio, hold, port, wire, peers };
    }
    case "vrrp": {
      // VRRPv2 counts whole seconds and speaks IPv4 alone (RFC 3768).
      const version = election.interval % 1000 === 0 && !isIpv6(networks, network) ? 2 : 3;
      const routerId = election.routerId ?? 51;
      return { method, ...common, version, instance, routerId, authPass, network };
    }
    case "carp": {
      const { carpAddress = "" } = election;
      return {
        method,
        ...common,
        routerId: election.routerId ?? 1,
        authPass,
        network,
        carpAddress,
        alias,
      };
    }
  }
}

const isIpv6 = (networks: readonly Network[], name: string): boolean =>
  privateNetworks(networks).some(
    (network) => network.name === name && parseCidr(network.cidr)?.family === "ipv6",
  );

function resolveHealth(declaration: Declaration, proxied: readonly Service[]): HealthCheck[] {
  const [first] = proxied;
  const proxyAnswers: HealthCheck[] =
    first === undefined
      ? []
      : [
          {
            check: { kind: "tcp", host: "127.0.0.1", port: first.port },
            intervalMs: 2000,
            timeoutMs: 1000,
            rise: 2,
            fall: 3,
          },
        ];
  return (
    declaration.health?.map(({ interval, timeout, rise, fall, ...kinds }) => ({
      check: checkOf(kinds),
      intervalMs: interval,
      timeoutMs: timeout,
      rise,
      fall,
    })) ?? proxyAnswers
  );
}

type Kinds = Pick<
  NonNullable<Declaration["health"]>[number],
  "http" | "tcp" | "command" | "link" | "ping"
>;

function checkOf({ http, tcp, command, link, ping }: Kinds): HealthCheck["check"] {
  if (http !== undefined) return { kind: "http", url: http };
  if (command !== undefined) return { kind: "command", argv: command };
  if (link !== undefined) return { kind: "link", interface: link };
  if (ping !== undefined) return { kind: "ping", host: ping };
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(tcp ?? "") ?? [];
  return { kind: "tcp", host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}

function resolveAgent({
  delivery,
  url,
  sha256,
  credentials,
  loopback,
}: Declaration["agent"]): Agent {
  return {
    delivery:
      delivery === "url"
        ? { by: "url", url: url ?? "", ...(sha256 !== undefined && { sha256 }) }
        : { by: "inline" },
    credentials,
    loopback,
  };
}

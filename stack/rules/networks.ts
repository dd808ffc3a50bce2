/** Rules about networks, and about addresses lying where they must. */
import { clouds } from "../clouds.ts";
import type { Finding, Path } from "../diagnostic.ts";
import { broadcastOf, contains, formatAddress, parseAddress, parseCidr } from "../ip.ts";
import { messages } from "../messages.ts";
import {
  addressedNetworks,
  hostsOf,
  type PrivateNetwork,
  privateNetworks,
  type Stack,
} from "../stack.ts";
import { error, hostPath, type Rule, repeated } from "./rule.ts";

export const blocks: Rule = (declaration) =>
  Object.entries(declaration.networks).flatMap(([name, { type, cidr, gateway }]) => {
    if (type === "private") {
      return cidr === undefined ? [error(["networks", name], messages.noCidr(name))] : [];
    }
    const given = [cidr, gateway].some((value) => value !== undefined);
    return given ? [error(["networks", name], messages.publicCidr(name))] : [];
  });

export const anyAddress: Rule = (_declaration, { addresses }) =>
  addresses.length === 0 ? [error(["addresses"], messages.noAddress())] : [];

/** Two networks on one interface would undo each other's files. */
export const interfaces: Rule = (_declaration, stack) => {
  const findings = [...repeated(stack.networks, (network) => network.interface).values()].map(
    ([a, b]) => {
      const text = messages.sameInterface(b?.interface ?? "", a?.name ?? "", b?.name ?? "");
      return error(["networks", b?.name ?? "", "interface"], text);
    },
  );
  const known = stack.networks.map((network) => network.interface);
  const elsewhere = stack.addresses.flatMap(({ name, vip, interface: carrier }): Finding[] => {
    if (carrier === "lo") return [];
    const path = ["addresses", name, "interface"];
    if (!known.includes(carrier)) return [error(path, messages.unknownInterface(carrier, known))];
    const why = vip === undefined ? onlyOnLoopback(stack) : undefined;
    return why === undefined ? [] : [error(path, messages.onlyLoopback(why))];
  });
  return [...findings, ...elsewhere];
};

/** What can carry a failover address on loopback alone, if something here does. */
function onlyOnLoopback({ election, agent, nodes }: Stack): string | undefined {
  if (election.method !== "heartbeat") return undefined;
  if (election.wire === "exoip" && agent.loopback === "ifupdown") return "exoip's way";
  const manager = nodes.find(({ system }) => system.networkStacks[0] === "networkmanager");
  return manager?.system.name;
}

export const overlaps: Rule = (_declaration, stack) => {
  const parsed = privateNetworks(stack.networks).flatMap(({ name, cidr }) => {
    const block = parseCidr(cidr);
    return block === undefined ? [] : [{ name, block }];
  });
  return parsed.flatMap((b, index) =>
    parsed.slice(0, index).flatMap((a) => {
      const meets =
        contains(a.block, { family: b.block.family, value: b.block.base }) ||
        contains(b.block, { family: a.block.family, value: a.block.base });
      return meets ? [error(["networks", b.name, "cidr"], messages.overlap(a.name, b.name))] : [];
    }),
  );
};

/** Gateways, VIPs, carp0 and the hosts' fixed addresses lie inside their block, and are usable. */
export const places: Rule = (declaration, stack) => {
  const networks = new Map(
    privateNetworks(stack.networks).map((network) => [network.name, network]),
  );
  const check = (ip: string, name: string, path: Path): Finding[] => {
    const network = networks.get(name);
    if (network === undefined) {
      return [error(path, messages.unknownNetwork(name, [...networks.keys()]))];
    }
    return fault(ip, network).map((text) => error(path, text));
  };
  const gateways = [...networks.values()].flatMap(({ name, gateway }) =>
    gateway === undefined || declaration.networks[name]?.gateway === undefined
      ? []
      : check(gateway, name, ["networks", name, "gateway"]),
  );
  const vips = stack.addresses.flatMap(({ name, vip, network }) =>
    vip === undefined ? [] : check(vip, network ?? "", ["addresses", name, "vip"]),
  );
  return [
    ...gateways,
    ...vips,
    ...hostPlaces(declaration, stack, check),
    ...carpPlace(stack, check),
  ];
};

type Check = (ip: string, network: string, path: Path) => Finding[];

function hostPlaces(declaration: Parameters<Rule>[0], stack: Stack, check: Check): Finding[] {
  const planFull = new Set<string>();
  const written = hostsOf(stack).flatMap((host) => {
    const path = hostPath(declaration, host.role, host.name);
    const group = host.role === "node" ? declaration.nodes : declaration.appServers;
    const own = typeof group === "object" ? group.hosts?.[host.name]?.ips : undefined;
    return Object.entries(host.ips).flatMap(([network, ip]) => {
      if (own?.[network] !== undefined) return check(ip, network, [...path, "ips", network]);
      if (check(ip, network, path).length > 0) planFull.add(network);
      return [];
    });
  });
  const [first] = addressedNetworks(stack.networks);
  const slots = stack.backends.slice(stack.appServers.length);
  if (first && slots.some(({ target }) => check(target, first.name, []).length > 0)) {
    planFull.add(first.name);
  }
  const full = [...planFull].flatMap((name) => {
    const network = stack.networks.find((candidate) => candidate.name === name);
    if (network?.type !== "private" || network.cidr === "") return [];
    return [error(["networks", name], messages.planFull(name, network.cidr))];
  });
  return [...written, ...full];
}

const carpPlace = ({ election }: Stack, check: Check): Finding[] =>
  election.method === "carp" && election.carpAddress !== "" && election.network !== ""
    ? check(election.carpAddress, election.network, ["election", "carp-address"])
    : [];

/** Why an address cannot be used in a network, if it cannot. */
function fault(ip: string, network: PrivateNetwork): { message: string; fix?: string }[] {
  const address = parseAddress(ip);
  const cidr = parseCidr(network.cidr);
  if (address === undefined || cidr === undefined) return [];
  if (!contains(cidr, address)) return [messages.outside(ip, network.cidr, network.name)];
  const canonical = formatAddress(address);
  const broadcast = broadcastOf(cidr);
  if (broadcast !== undefined && canonical === formatAddress(broadcast)) {
    return [messages.reserved(ip, "broadcast", network.name)];
  }
  if (broadcast !== undefined && address.value === cidr.base) {
    return [messages.reserved(ip, "network", network.name)];
  }
  return [];
}

/** Each cloud carries the address in its own way: itself, or a VIP that it is mapped to. */
export const carried: Rule = (declaration, stack) => {
  const { provider } = stack.cloud;
  const facts = clouds[provider];
  return stack.addresses.flatMap(({ name, ip, vip }) => {
    const path = ["addresses", name];
    const family = (text: string | undefined) =>
      text === undefined ? undefined : parseAddress(text)?.family;
    const findings: Finding[] = [];
    if (facts.carries === "vip" && vip === undefined)
      findings.push(error(path, messages.noVip(provider)));
    if (facts.carries === "ip" && vip !== undefined) {
      findings.push(error([...path, "vip"], messages.needlessVip(provider)));
    }
    if (!facts.ipv6 && [ip, vip].some((text) => family(text) === "ipv6")) {
      findings.push(error(path, messages.ipv6Cloud(provider)));
    }
    if (declaration.addresses[name]?.network !== undefined && vip === undefined) {
      findings.push(error([...path, "network"], messages.needless("network", provider, "a vip")));
    }
    if (ip !== undefined && vip !== undefined && family(ip) !== family(vip)) {
      findings.push(error([...path, "vip"], messages.familyOfVip()));
    }
    return findings;
  });
};

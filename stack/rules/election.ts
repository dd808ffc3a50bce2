/** Rules about what each election protocol can do. */
import type { Finding } from "../diagnostic.ts";
import { parseAddress, parseCidr } from "../ip.ts";
import { messages } from "../messages.ts";
import { privateNetworks, type Stack } from "../stack.ts";
import { error, type Rule } from "./rule.ts";

const at = (key: string) => ["election", key];

/** VRRP is IP protocol 112, which Exoscale's security groups do not know; private networks pass it. */
export const vrrpOnExoscale: Rule = (declaration, stack) => {
  if (stack.cloud.provider !== "exoscale" || stack.election.method !== "vrrp") return [];
  const { network } = declaration.election;
  const named = privateNetworks(stack.networks).some(({ name }) => name === network);
  return named ? [] : [error(at("method"), messages.vrrpOnExoscale())];
};

/** VRRP and CARP speak on a private network, and so does a heartbeat to fixed addresses. */
export const speaksOn: Rule = (declaration, stack) => {
  const { election } = stack;
  const network = electionNetwork(stack);
  if (network === undefined) return [];
  const known = privateNetworks(stack.networks).map(({ name }) => name);
  const findings: Finding[] = [];
  if (network === "")
    findings.push(error(at("method"), messages.noElectionNetwork(election.method), "key"));
  else if (!known.includes(network)) {
    const path = declaration.election.network === undefined ? ["networks"] : at("network");
    findings.push(error(path, messages.unknownNetwork(network, known)));
  }
  if (election.method === "carp" && election.carpAddress === "") {
    findings.push(error(["election"], messages.noCarpAddress(), "key"));
  }
  return findings;
};

/** The network that the nodes speak on, where the election needs a private one. */
function electionNetwork({ election }: Stack): string | undefined {
  if (election.method !== "heartbeat") return election.network;
  return election.peers.from === "addresses" ? election.peers.network : undefined;
}

/** CARP watches the interface that carries the address too: the one on the public network. */
export const carpWatches: Rule = (_declaration, stack) => {
  if (stack.election.method !== "carp") return [];
  const outside = stack.networks.some(({ type }) => type === "public");
  return outside ? [] : [error(["networks"], messages.noPublicNetwork(), "key")];
};

/** Only CARP can speak from an interface that has no address. */
export const speaksWithout: Rule = (_declaration, { election, networks }) =>
  privateNetworks(networks)
    .filter(({ ips, name }) => {
      const carps = election.method === "carp" && election.network === name;
      return ips === "none" && !carps;
    })
    .map(({ name }) => error(["networks", name, "ips"], messages.noIpsNeeded()));

/** A security group or a label that a node can ask for while running: on Exoscale alone. */
export const peersKnown: Rule = ({ election: { peers } }, { cloud: { provider } }) =>
  peers === undefined || peers === "addresses" || provider === "exoscale"
    ? []
    : [error(at("peers"), messages.peersCloud(provider, peers))];

/**
 * Heartbeat: 100 ms, below which a stall of the host looks like a death. keepalived: VRRPv2 whole
 * seconds up to 255, VRRPv3 hundredths up to 40.95 (RFC 3768, RFC 5798). CARP: advbase, a byte.
 */
export const interval: Rule = (_declaration, { election }) => {
  const ms = election.intervalMs;
  const refuse = (rule: string) => [
    error(at("interval"), messages.interval(election.method, rule)),
  ];
  switch (election.method) {
    case "heartbeat":
      if (election.wire === "exoip" && ms % 1000 !== 0) return refuse("exoip counts whole seconds");
      return ms >= 100 && ms <= 60_000 ? [] : refuse("write 100ms to 60s");
    case "carp":
      return ms % 1000 === 0 && ms >= 1000 && ms <= 254_000
        ? []
        : refuse("write whole seconds, 1s to 254s");
    case "vrrp":
      if (election.version === 2)
        return ms >= 1000 && ms <= 255_000 ? [] : refuse("write 1s to 255s");
      if (election.authPass !== undefined) {
        return ms % 1000 === 0
          ? [error(at("auth-pass"), messages.passwordIpv6(), "key")]
          : refuse(
              "only VRRPv2 has a password, and it counts whole seconds: write 1s, or leave out auth-pass",
            );
      }
      return ms % 10 === 0 && ms >= 10 && ms <= 40_950
        ? []
        : refuse("write steps of 10ms, 10ms to 40.95s");
  }
};

export const deadRatio: Rule = (declaration, { election }) =>
  election.method !== "heartbeat" && declaration.election.deadRatio !== 3
    ? [error(at("dead-ratio"), messages.fixedRatio(election.method))]
    : [];

/** Settings of one election that are written for another are slips, not wishes. */
export const needless: Rule = (declaration, { election: { method } }) => {
  const { election } = declaration;
  const belongs: readonly [boolean, string, readonly string[]][] = [
    [election.routerId !== undefined, "router-id", ["vrrp", "carp"]],
    [election.authPass !== undefined, "auth-pass", ["vrrp", "carp"]],
    [election.carpAddress !== undefined, "carp-address", ["carp"]],
    [election.alias !== "permanent", "alias", ["carp"]],
    [election.instance !== "VI_1", "instance", ["vrrp"]],
    [election.peers !== undefined, "peers", ["heartbeat"]],
    [election.wire !== "authenticated", "wire", ["heartbeat"]],
    [election.port !== 12345, "port", ["heartbeat"]],
    [election.preemptDelay !== 0, "preempt-delay", ["heartbeat", "vrrp"]],
  ];
  return belongs.flatMap(([written, key, methods]) =>
    written && !methods.includes(method)
      ? [error(at(key), messages.needless(key, method, methods.join(" and ")), "key")]
      : [],
  );
};

/** One vrrp_instance carries one order, and carp0 is one interface: CARP moves all or nothing. */
export const ordersFit: Rule = (_declaration, stack) => {
  const { election } = stack;
  if (election.method === "heartbeat") return [];
  const orders = new Set(
    stack.addresses.map(({ ranks }) => JSON.stringify(Object.entries(ranks).sort())),
  );
  if (election.method === "carp" && orders.size > 1) {
    return [error(["addresses"], messages.oneOrder("carp"), "key")];
  }
  return election.routerId + orders.size - 1 > 255
    ? [error(at("router-id"), messages.routerIds())]
    : [];
};

export const preemptDelay: Rule = (_declaration, { election }) =>
  election.method === "vrrp" && election.preemptDelayMs > 1_000_000
    ? [error(at("preempt-delay"), messages.preemptDelay())]
    : [];

/** An advertisement lists addresses of its own family, and keepalived wants at least one. */
export const vipFamilies: Rule = (_declaration, stack) => {
  const { election } = stack;
  if (election.method !== "vrrp") return [];
  const network = privateNetworks(stack.networks).find(({ name }) => name === election.network);
  const spoken = network && parseCidr(network.cidr)?.family;
  if (spoken === undefined) return [];
  const groups = Map.groupBy(stack.addresses, ({ ranks }) =>
    JSON.stringify(Object.entries(ranks).sort()),
  );
  return [...groups.values()].flatMap((addresses) => {
    const families = addresses.map(({ ip, vip }) => parseAddress(vip ?? ip ?? "")?.family);
    const unheard = families.every((family) => family !== undefined && family !== spoken);
    return unheard ? [error(["addresses", addresses[0]?.name ?? ""], messages.vipFamily())] : [];
  });
};

export const wireFits: Rule = (declaration, stack) => {
  const { election } = stack;
  if (election.method !== "heartbeat" || election.wire !== "exoip") return [];
  const ipv6 = stack.addresses.some(
    ({ ip }) => ip !== undefined && parseAddress(ip)?.family === "ipv6",
  );
  const findings: Finding[] = ipv6 ? [error(at("wire"), messages.wireExoip())] : [];
  if (declaration.agent.loopback === "ifupdown" && stack.addresses.length > 1) {
    findings.push(error(["agent", "loopback"], messages.exoipAddresses()));
  }
  return findings;
};

export const healthKinds: Rule = (declaration) =>
  (declaration.health ?? []).flatMap((check, index) => {
    const { http, tcp, command, link, ping } = check;
    const kinds = Object.entries({ http, tcp, command, link, ping }).flatMap(([kind, value]) =>
      value === undefined ? [] : [kind],
    );
    const findings: Finding[] = [];
    if (kinds.length !== 1) findings.push(error(["health", index], messages.oneKind(kinds)));
    if (check.timeout > check.interval) {
      findings.push(error(["health", index], messages.timeoutInterval()));
    }
    return findings;
  });

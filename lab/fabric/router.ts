/** The router of the lab: a namespace with a port for each host, and routes for elastic IPs. */
import { createHash } from "node:crypto";
import { attempt, must } from "../command.ts";
import { gateway, gatewayMac, metadataAddress, webAddress, world } from "./addresses.ts";
import { netnsOf, netnsPath, type Place } from "./place.ts";
import { renderRuleset } from "./ruleset.ts";
import { type FabricState, type Link, type Placed, privatePort } from "./state.ts";

/** Runs several `ip` commands in a namespace at once; all of them, or it throws. */
export const ipBatch = (netns: string, lines: readonly string[]): Promise<string> =>
  must(["ip", "-n", netns, "-batch", "-"], { input: `${lines.join("\n")}\n` });

export const inNetns = (netns: string, argv: readonly string[]): string[] => [
  "nsenter",
  `--net=${netnsPath(netns)}`,
  ...argv,
];

/** Settings of the router's kernel, before its first link. */
const routerSettings = [
  "net.ipv4.ip_forward=1",
  // Hosts believe in one shared subnet; the router answers for all others.
  "net.ipv4.conf.default.proxy_arp=1",
  "net.ipv4.conf.all.send_redirects=0",
  "net.ipv4.conf.default.send_redirects=0",
  "net.ipv4.conf.all.rp_filter=0",
  "net.ipv4.conf.default.rp_filter=0",
  // Connections, not packets, are spread over the holders of an address.
  "net.ipv4.fib_multipath_hash_policy=1",
  "net.ipv6.conf.all.disable_ipv6=1",
  "net.ipv6.conf.default.disable_ipv6=1",
];

/** Makes the router and the client, and the line between them. */
export async function makeRouter({ router, client }: Place): Promise<void> {
  await must(["ip", "netns", "add", router]);
  await must(["ip", "netns", "add", client]);
  await must(inNetns(router, ["sysctl", "-qw", ...routerSettings]));
  // Bridged packets are the bridge table's matter alone; not every kernel has the setting.
  await attempt(inNetns(router, ["sysctl", "-qw", "net.bridge.bridge-nf-call-iptables=0"]));
  await ipBatch(router, [
    "link set lo up",
    `address add ${metadataAddress}/32 dev lo`,
    `address add ${gateway}/32 dev lo`,
    `address add ${webAddress}/32 dev lo`,
    // What nobody has is lost without a word, as on a cloud.
    "route add blackhole default",
    `link add client type veth peer name eth0 netns ${client}`,
    `address add ${world.gateway}/${world.bits} dev client`,
    "link set client up",
  ]);
  await ipBatch(client, [
    "link set lo up",
    `address add ${world.client}/${world.bits} dev eth0`,
    "link set eth0 up",
    `route add default via ${world.gateway}`,
  ]);
}

/**
 * Makes a host's port. It is a bridge, so that it stays when the host is off: packets to a dead
 * host then vanish in it, where a missing link would make the router answer in its place.
 */
export async function makePort({ router }: Place, { port, spec }: Placed): Promise<void> {
  await ipBatch(router, [
    `link add ${port} address ${gatewayMac} type bridge mcast_snooping 0`,
    `link set ${port} up`,
    `address add ${gateway}/32 dev ${port}`,
    `route add ${spec.ip}/32 dev ${port}`,
    `neigh replace ${spec.ip} lladdr ${spec.mac} dev ${port} nud permanent`,
  ]);
  // The router answers for others at once, and not after up to a second.
  await must(inNetns(router, ["sysctl", "-qw", `net.ipv4.neigh.${port}.proxy_delay=0`]));
}

export const removePort = ({ router }: Place, { port }: Placed): Promise<unknown> =>
  attempt(["ip", "-n", router, "link", "del", port]);

/** Makes the bridge of a private network, unless it is there. */
export async function makeNetwork({ router }: Place, bridge: string): Promise<void> {
  const link = ["ip", "-n", router, "link"];
  const add = [...link, "add", bridge, "up", "type", "bridge", "mcast_snooping", "0"];
  // Of hosts that join it at the same moment one makes it, and the others find it there.
  if ((await attempt(add)).code === 0) return;
  if ((await attempt([...link, "show", "dev", bridge])).code !== 0) await must(add);
}

/** The router's side of a link: what it is called there, and the bridge that it is plugged into. */
function cableOf(placed: Placed, link: Link, state: FabricState) {
  if (link.kind === "public") return { cable: `${placed.port}p`, bridge: placed.port };
  const bridge = state.networks[link.network ?? ""] ?? "";
  return { cable: privatePort(placed, bridge), bridge };
}

/** Plugs a link of a host that is on, or about to be, into the router. */
export async function plug(place: Place, placed: Placed, link: Link, state: FabricState) {
  const { cable, bridge } = cableOf(placed, link, state);
  const mac = link.mac ?? (link.kind === "public" ? placed.spec.mac : privateMac(placed, link));
  const netns = netnsOf(place, placed.spec.id);
  await ipBatch(place.router, [
    `link add ${cable} type veth peer name ${link.name} address ${mac} netns ${netns}`,
    `link set ${cable} master ${bridge} up`,
  ]);
}

/** Pulls a host's cables; the namespace alone would give them back too late for a restart. */
export async function unplug(
  place: Place,
  placed: Placed,
  state: FabricState,
  links: readonly Link[] = placed.spec.links,
): Promise<void> {
  for (const link of links) {
    const { cable } = cableOf(placed, link, state);
    await attempt(["ip", "-n", place.router, "link", "del", cable]);
  }
}

/** An address of one's own for each private link, the same at each start. */
function privateMac({ spec }: Placed, { name, network }: Link): string {
  const digest = createHash("sha256").update(`${spec.id} ${network} ${name}`).digest("hex");
  return `0a:${(digest.match(/../g) ?? []).slice(0, 5).join(":")}`;
}

/** Routes an elastic IP to all of its holders, or to nobody. */
export async function routeAddress(place: Place, address: string, state: FabricState) {
  const ids = state.holders[address] ?? [];
  const hops = ids.flatMap((id) => {
    const placed = state.hosts[id];
    return placed ? [`nexthop via ${placed.spec.ip} dev ${placed.port} onlink`] : [];
  });
  if (hops.length > 0)
    return ipBatch(place.router, [`route replace ${address}/32 ${hops.join(" ")}`]);
  return attempt(["ip", "-n", place.router, "route", "del", `${address}/32`]);
}

/** Ids of the hosts that the router itself sends an address's traffic to: the truth. */
export async function routedTo(place: Place, address: string, state: FabricState) {
  const text = await must(["ip", "-n", place.router, "-j", "route", "show", `${address}/32`]);
  const routes: readonly { dev?: string; nexthops?: readonly { dev: string }[] }[] =
    text.trim() === "" ? [] : JSON.parse(text);
  const ports = routes.flatMap(({ dev, nexthops }) => nexthops?.map((hop) => hop.dev) ?? dev ?? []);
  return Object.entries(state.hosts)
    .filter(([, { port }]) => ports.includes(port))
    .map(([id]) => id);
}

/** Loads the filter for a state. */
export const loadFilter = ({ router }: Place, state: FabricState): Promise<string> =>
  must(inNetns(router, ["nft", "-f", "-"]), { input: renderRuleset(state) });

/**
 * Forgets the connections that a host has from those to whom it is closed, so that a rule which is
 * gone holds for them as well. Nobody else's: what is forgotten as it waits for an answer never
 * gets it, for the answer then begins a connection, which no rule lets in.
 * @param from ids of hosts, of which some may be gone, and blocks of addresses
 */
export async function forgetConnections(
  place: Place,
  { id, from }: { readonly id: string; readonly from: readonly string[] },
  { hosts, holders }: FabricState,
): Promise<void> {
  const ipOf = (host: string) => hosts[host]?.spec.ip ?? [];
  const held = Object.entries(holders).flatMap(([address, ids]) =>
    ids.includes(id) ? [address] : [],
  );
  const forget = inNetns(place.router, ["conntrack", "-D"]);
  for (const source of from.flatMap((one) => (one.includes("/") ? [one] : ipOf(one))))
    for (const address of [ipOf(id), held].flat())
      await attempt([...forget, "--orig-src", source, "--orig-dst", address]);
}

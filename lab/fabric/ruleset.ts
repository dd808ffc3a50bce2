/**
 * The fabric's packet filter as nftables' text. It stands in the router's namespace alone: the
 * machine's own rules are never touched.
 */
import { gateway, metadataAddress, tlsPort } from "./addresses.ts";
import type { Cut, End, FabricState, FilterRule } from "./state.ts";

/** The whole filter for a state; loading it replaces the one before in one step. */
export function renderRuleset(state: FabricState): string {
  return [
    ...table("ip", [...forwardChain(state), ...routerChain(state)]),
    ...table("bridge", bridgeChain(state)),
    "",
  ].join("\n");
}

/**
 * The chains stay, and only their rules are others: a chain that is deleted is empty for a moment
 * before it is unhooked, and its policy then drops whatever passes.
 */
const table = (family: string, body: readonly string[]): string[] => [
  // Naming a table before it is flushed makes the first load like every other.
  `table ${family} baton`,
  `flush table ${family} baton`,
  `table ${family} baton {`,
  ...body.map((line) => `  ${line}`),
  "}",
];

const chain = (name: string, lines: readonly string[]): string[] => [
  `chain ${name} {`,
  ...lines.map((line) => `  ${line}`),
  "}",
];

/** What passes between hosts, and between them and the world. */
function forwardChain(state: FabricState): string[] {
  return chain("forward", [
    "type filter hook forward priority filter; policy drop;",
    // A cut hits what is under way too, so it comes before the connections that are known.
    ...state.cuts.flatMap((cut) => cutLine(cut, state)),
    ...Object.entries(state.impaired).flatMap(([id, { lossPercent }]) =>
      lossLines(state.hosts[id]?.port, lossPercent),
    ),
    "ct state established,related accept",
    "ct state invalid drop",
    'oifname "client" accept',
    ...Object.entries(state.hosts).flatMap(([id, { port }]) =>
      (state.rules[id] ?? [])
        .flatMap((rule) => filterLine(rule, state))
        .map((line) => `oifname "${port}" ${line}`),
    ),
  ]);
}

/** The rule for one opening; nothing when its members do not exist yet. */
function filterLine({ protocol, ports, icmp, from }: FilterRule, state: FabricState): string[] {
  const source = "cidr" in from ? `ip saddr ${from.cidr}` : members(from.hosts, state);
  if (source === undefined) return [];
  const range = ports && `${protocol} dport ${ports[0]}-${ports[1]}`;
  const kind = icmp && icmp.type >= 0 ? `icmp type ${icmp.type}` : undefined;
  const code = kind && icmp && icmp.code >= 0 ? ` icmp code ${icmp.code}` : "";
  const what = range ?? (kind && `${kind}${code}`) ?? `ip protocol ${protocolNumber[protocol]}`;
  return [`${source} ${what} accept`];
}

/** Numbers of the protocols, which need no list of names on the machine. */
const protocolNumber: Readonly<Record<FilterRule["protocol"], number>> = {
  icmp: 1,
  ipip: 4,
  tcp: 6,
  udp: 17,
  gre: 47,
  esp: 50,
  ah: 51,
};

/** A member is known by its port, whatever source address it writes. */
function members(ids: readonly string[], state: FabricState): string | undefined {
  const ports = ids.flatMap((id) => state.hosts[id]?.port ?? []);
  return ports.length === 0
    ? undefined
    : `iifname { ${ports.map((port) => `"${port}"`).join(", ")} }`;
}

const portOf = (end: End, state: FabricState): string | undefined =>
  end === "client" ? "client" : state.hosts[end]?.port;

function cutLine({ from, to }: Cut, state: FabricState): string[] {
  const [first, second] = [portOf(from, state), portOf(to, state)];
  if (first === undefined || second === undefined) return [];
  return [`iifname "${first}" oifname "${second}" drop`];
}

function lossLines(port: string | undefined, percent = 0): string[] {
  if (port === undefined || percent <= 0) return [];
  const lot = percent >= 100 ? "drop" : `numgen random mod 1000 < ${Math.round(percent * 10)} drop`;
  return [`iifname "${port}" ${lot}`, `oifname "${port}" ${lot}`];
}

/** What hosts may ask the router itself: all its services but those that were cut off. */
function routerChain(state: FabricState): string[] {
  const cut = (ids: readonly string[], what: string) =>
    ids.flatMap((id) => {
      const port = state.hosts[id]?.port;
      return port === undefined ? [] : [`iifname "${port}" ${what} drop`];
    });
  return chain("input", [
    "type filter hook input priority filter; policy accept;",
    ...cut(state.withoutApi, `ip daddr ${gateway} tcp dport ${tlsPort}`),
    ...cut(state.withoutMetadata, `ip daddr ${metadataAddress}`),
  ]);
}

/** Private networks are bridges without filter, but a cut between two hosts cuts there as well. */
function bridgeChain(state: FabricState): string[] {
  const ofPrivate = (line: string) => line.replaceAll(/"(h\d+)"/g, '"$1n*"');
  return chain("forward", [
    "type filter hook forward priority filter; policy accept;",
    ...state.cuts.flatMap((cut) => cutLine(cut, state)).map(ofPrivate),
    ...Object.entries(state.impaired)
      .flatMap(([id, { lossPercent }]) => lossLines(state.hosts[id]?.port, lossPercent))
      .map(ofPrivate),
  ]);
}

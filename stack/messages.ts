/**
 * Every message about a stack file, grouped by topic. Each says the rule, and the fix says what to
 * write instead.
 */
import { formatPath, type Path } from "./diagnostic.ts";

type Text = { readonly message: string; readonly fix?: string };

const text = (message: string, fix?: string): Text =>
  fix === undefined ? { message } : { message, fix };

const list = (words: readonly string[]): string => words.join(", ");

/** A value as a message shows it: short, on one line; of a collection only its kind. */
const show = (value: unknown): string => {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a section";
  const shown = JSON.stringify(value) ?? "nothing";
  return shown.length > 60 ? `${shown.slice(0, 57)}…` : shown;
};

export const messages = {
  // The text itself
  empty: () => text("the stack file is empty", "write one with `npx baton init`"),
  notYaml: (reason: string) => text(`this is not YAML: ${reason}`),
  manyDocuments: () =>
    text("a stack file is one YAML document", "remove the lines `---` and what follows"),
  notSection: () =>
    text("a stack file is a section: keys, each with its value", "write one with `npx baton init`"),

  // Keys and values
  unknownKey: (key: string, meant: string | undefined, known: readonly string[]) =>
    text(
      `unknown key ${show(key)}`,
      meant === undefined ? `known here: ${list(known)}` : `did you mean \`${meant}\`?`,
    ),
  missing: (path: Path, how: string | undefined) => text(`\`${formatPath(path)}\` is missing`, how),
  notOneOf: (value: unknown, known: readonly string[], meant: string | undefined) =>
    text(
      `${show(value)} is not known here`,
      meant === undefined ? `choose one of: ${list(known)}` : `did you mean \`${meant}\`?`,
    ),
  wrongType: (expected: string) => text(`write ${typeNames[expected] ?? `${expected} here`}`),
  tooSmall: (least: number) => text(`write a number here that is at least ${least}`),
  tooBig: (most: number) => text(`write a number here that is at most ${most}`),
  nothingHere: () => text("this is empty", "write something, or leave the key out"),

  // Hosts
  countAndHosts: (count: number, hosts: number) =>
    text(
      `count says ${count}, but ${hosts} ${hosts === 1 ? "host is" : "hosts are"} named`,
      "leave out `count`, or name that many",
    ),
  noHosts: () => text("say how many by `count`, or name them under `hosts`"),
  sameName: (name: string) => text(`${name} is the name of two hosts`, "give one another name"),
  sameAddress: (ip: string, owners: readonly string[]) =>
    text(`${ip} is the address of ${owners.join(" and of ")}`, "give each its own address"),
  slotsTooFew: (slots: number, servers: number) =>
    text(`${slots} slots do not hold ${servers} app servers`, `raise slots to ${servers} or more`),
  cloudConfigHeader: () =>
    text("this cloud-config does not begin with the line #cloud-config", "put it first"),

  // Networks and addresses
  noAddress: () => text("there is no address to keep", "write one, such as `web: {}`"),
  unknownNetwork: (name: string, known: readonly string[]) =>
    text(
      `there is no network ${name}`,
      known.length === 0 ? "declare it under networks" : `known: ${list(known)}`,
    ),
  noCidr: (network: string) =>
    text(`network ${network} is private and has no cidr`, "write its block, such as 10.0.0.0/24"),
  publicCidr: (network: string) =>
    text(
      `network ${network} is public: the cloud gives its addresses`,
      "leave out cidr and gateway",
    ),
  outside: (ip: string, cidr: string, network: string) =>
    text(`${ip} is outside ${cidr}, the block of network ${network}`),
  reserved: (ip: string, what: string, network: string) =>
    text(`${ip} is the ${what} address of network ${network}`, "choose another"),
  planFull: (network: string, cidr: string) =>
    text(
      `network ${network} (${cidr}) has no room for a planned address for each host`,
      "take a larger block, or write the addresses under ips",
    ),
  noVip: (provider: string) =>
    text(`on ${provider} the nodes carry a vip`, "write `vip`: a free address of the network"),
  needlessVip: (provider: string) =>
    text(
      `on ${provider} the nodes carry the address itself, not a vip`,
      "write `ip` instead of `vip`",
    ),
  ipv6Cloud: (provider: string) =>
    text(`${provider} has no IPv6 failover address`, "use an IPv4 address"),
  familyOfVip: () => text("ip and vip are of different families"),
  overlap: (a: string, b: string) =>
    text(`networks ${a} and ${b} overlap`, "give each its own block"),

  sameInterface: (name: string, a: string, b: string) =>
    text(`networks ${a} and ${b} are both on interface ${name}`, "each has a card of its own"),
  unknownInterface: (name: string, known: readonly string[]) =>
    text(`no network is on interface ${name}`, `interfaces: lo, ${list(known)}`),
  onlyLoopback: (why: string) =>
    text(`${why} carries the address on lo only`, "leave out `interface`"),

  // Order and election
  unknownNode: (name: string, meant: string | undefined, known: readonly string[]) =>
    text(
      `there is no node ${name}`,
      meant === undefined ? `nodes: ${list(known)}` : `did you mean \`${meant}\`?`,
    ),
  twiceInOrder: (name: string) => text(`${name} stands twice in the order`),
  notInOrder: (names: readonly string[]) =>
    text(`${list(names)} is missing from the order`, "name every node once"),
  equalExclusive: (nodes: readonly string[]) =>
    text(
      `${list(nodes)} have equal order, but the address is held by one node at a time`,
      "give them an order, or write `hold: shared` under election",
    ),
  sharedHold: (provider: string) =>
    text(
      `${provider} routes an address to one machine at a time; it cannot be shared`,
      "write `hold: exclusive`",
    ),
  sharedMethod: (method: string) =>
    text(
      `${method} elects one master; it cannot hold an address on several nodes`,
      "write `hold: exclusive`, or `method: heartbeat`",
    ),
  priorityAndOrder: () =>
    text("priority says the order already", "leave out `order`, or the priorities"),
  priorityForSome: (names: readonly string[]) =>
    text(`${list(names)} has no priority, but other nodes have`, "give every node one, or none"),
  priorityRange: (method: string, low: number, high: number) =>
    text(`a priority of ${method} lies between ${low} and ${high}`),
  vrrpOnExoscale: () =>
    text(
      "vrrp cannot pass Exoscale's public network: its security groups know no protocol 112",
      "write `method: heartbeat`, or name a private network under election",
    ),
  followsNobody: () =>
    text(
      "the agent of this version elects by its own heartbeat: it refuses a configuration for keepalived",
      "write `method: heartbeat`",
    ),
  methodSystem: (method: string, system: string, can: string) =>
    text(`${system} cannot carry the election ${method}`, `systems that can: ${can}`),
  fixedRatio: (method: string) =>
    text(
      `${method} calls a node dead after 3 intervals; this cannot be changed`,
      "leave out `dead-ratio`, or change the interval",
    ),
  interval: (method: string, rule: string) =>
    text(`this interval is not one that ${method} can do`, rule),
  passwordIpv6: () =>
    text(
      "only VRRPv2 has a password, and over IPv6 the nodes speak VRRPv3",
      "leave out `auth-pass`, or let `network` name one of IPv4",
    ),
  peersCloud: (provider: string, from: string) =>
    text(
      `${provider} has no ${from} that a node could learn its peers from`,
      "write `peers: addresses`",
    ),
  preemptDelay: () =>
    text("keepalived waits at most 1000 seconds before it preempts", "write 1000s or less"),
  vipFamily: () =>
    text(
      "keepalived wants an address of the family that the nodes speak in each order",
      "give these addresses the order of one of that family, or speak on a network of theirs",
    ),
  needless: (key: string, method: string, wants: string) =>
    text(`\`${key}\` has no meaning with ${method}`, `it belongs to ${wants}; leave it out`),
  oneOrder: (method: string) =>
    text(
      `${method} moves all addresses together: they need one order`,
      "write the same order for each, or `method: heartbeat`",
    ),
  noElectionNetwork: (method: string) =>
    text(`${method} needs a private network that the nodes speak on`, "declare one under networks"),
  noCarpAddress: () =>
    text(
      "carp0 needs an address of its own in the network that the nodes speak on",
      "write `carp-address`",
    ),
  noPublicNetwork: () =>
    text(
      "the failover address of a CARP pair lies on the interface of a public network",
      "declare one: `public: { type: public, interface: vio0 }`",
    ),
  noIpsNeeded: () =>
    text(
      "`ips: none` fits the network that CARP speaks on, and no other",
      "leave it out: hosts need their addresses here",
    ),
  passLength: (length: number) =>
    text(
      `this auth_pass has ${length} characters; keepalived uses the first 8 and ignores the rest`,
      "shorten it to 8",
    ),
  passChars: () =>
    text(
      "CARP's password may hold letters, digits, _ and - only",
      "choose another, or leave it out: one is derived",
    ),
  wireExoip: () => text("exoip's frames carry IPv4 addresses only", "write `wire: authenticated`"),
  routerIds: () =>
    text("one vrid for each order is needed, and they end at 255", "choose a smaller router-id"),

  // Health
  oneKind: (kinds: readonly string[]) =>
    text(
      "a health check is one of http, tcp, command, link and ping",
      kinds.length === 0 ? "write one of them" : "write one check for each",
    ),
  timeoutInterval: () =>
    text(
      "a try takes longer than the time between two tries",
      "make the interval longer than the timeout",
    ),

  // Proxy and services
  noService: () =>
    text(
      "there are app servers but no service",
      "write what they serve, such as `services: {web: {port: 80}}`",
    ),
  noBackend: (proxy: string) =>
    text(
      `${proxy} has no app server to send requests to`,
      "write `app-servers`, or `proxy: nginx`, which then serves a page itself",
    ),
  tcpWithoutBackend: (service: string) =>
    text(`service ${service} is tcp, and there is no app server behind it`),
  samePort: (port: number, a: string, b: string) =>
    text(`services ${a} and ${b} both use port ${port}`),
  reservedPort: (port: number) => text(`port ${port} is SSH's on the hosts`, "choose another port"),
  checkTcp: () => text("a check path needs `protocol: http`"),
  proxySystem: (proxy: string, system: string, can: string) =>
    text(`${system} cannot carry ${proxy} here`, `systems that can: ${can}`),
  checkNginx: () =>
    text(
      "nginx here has no active checks: it only sees requests fail",
      "write `proxy: haproxy`, or leave out `check`",
    ),
  proxyNginxTcp: (service: string) =>
    text(`service ${service}: nginx here carries http only`, "write `proxy: haproxy`"),

  // Agent and system
  systemCloud: (system: string, cloud: string) =>
    text(`${system} can only be an edge node on ${cloud}`, "choose another system"),
  loopback: (system: string, can: string) =>
    text(`${system} has another way to configure addresses`, `systems with this choice: ${can}`),
  exoipAddresses: () =>
    text(
      "exoip watches one address in one process; ifupdown starts one for lo:1",
      "write `wire: authenticated`, or one address",
    ),
  deliveryKeys: (delivery: string) =>
    delivery === "url"
      ? text("delivery by url needs `url`", "write where the bundle is fetched from")
      : text(
          "`url` and `sha256` have no meaning with inline delivery",
          "leave them out, or write `delivery: url`",
        ),
  credentialKeys: (provider: string, wanted: readonly string[]) =>
    text(
      `the agent's credentials on ${provider} are: ${wanted.length === 0 ? "none" : list(wanted)}`,
      wanted.length === 0
        ? "leave them out: the instance's own identity is used"
        : "write each as a reference",
    ),

  // Only a command knows these
  noIp: (name: string) =>
    text(`address ${name} has no ip yet`, "write `ip`, or give the cloud's answer by --facts"),
  noBundle: (provider: string) =>
    text(
      `a node runs the agent, and the agent's bundle for ${provider} is not built yet`,
      "give a bundle file by --agent-bundle, or write `delivery: url` under agent",
    ),
  shortSecret: (length: number, minimum: number) =>
    text(
      `the stack secret has ${length} characters; it needs ${minimum}`,
      "make one with `npx baton secret`",
    ),
  oddCredential: () =>
    text(
      "this credential has blanks, line ends, a backslash at its end or other odd characters",
      "check for a stray line end",
    ),
  factsCredential: (provider: string, name: string) =>
    text(
      `the facts' agentCredentials lack ${name}, which the agent needs on ${provider}`,
      "output them all, or leave them out and name them under agent.credentials",
    ),

  // What will bite later
  keepalivedDecides: (kind: string) =>
    text(
      `keepalived decides here, and watches the proxy and links: the agent only reports this ${kind} check`,
      "write `method: heartbeat` where it has to gate ownership",
    ),
  wholeUserData: () =>
    text(
      "your own cloud-config is the whole user-data: SSH keys, private addresses and extra are up to it",
      "configure in it what the host needs",
    ),
  sshWorld: () => text("SSH is open to the whole world", "write the blocks that you log in from"),
  oneAppServer: () =>
    text("a single app server: when it dies the service is gone", "use two or more"),
  oneNode: () =>
    text("a single load balancer: nobody can take the address over", "use two or more"),
  noLogin: () => text("nobody can log in: no SSH key", "write a public key under access.ssh-keys"),
} as const;

const typeNames: Readonly<Record<string, string>> = {
  string: "text here",
  number: "a number here",
  int: "a whole number here",
  boolean: "true or false here",
  array: "a list here, such as [a, b]",
  object: "a section here: keys, each with its value",
  record: "a section here: names, each with its value",
};

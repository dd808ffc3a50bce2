/** Reads configuration and credentials, and says all that is wrong with them at once. */
import type {
  AgentAddress,
  AgentCloud,
  AgentConfig,
  AgentCredentials,
  AgentElection,
  AgentHealthCheck,
  AgentPeers,
} from "./config.ts";
import {
  list,
  matching,
  object,
  oneOf,
  optional,
  type Rule,
  readJson,
  text,
  union,
  whole,
} from "./config-rule.ts";
import { ip, line, listen, secret, statusListen, url, uuid } from "./config-scalars.ts";
import { maxMembers } from "./election/member.ts";
import { keyFromBase64 } from "./wire/hmac.ts";
import { canonicalIp } from "./wire/ip.ts";

export type Errors = { readonly errors: readonly string[] };

type Heartbeat = Extract<AgentElection, { readonly method: "heartbeat" }>;
type Exoscale = Extract<AgentCloud, { readonly provider: "exoscale" }>;

/** Node's timers end at once where they are given more. */
const ms = (min: number): Rule => whole(min, 2 ** 31 - 1);
const byte = whole(0, 255);
const port = whole(1, 65535);
const bool = oneOf(true, false);
/** What the wire can carry as a name. */
const name = matching("a name", /^[a-z0-9][a-z0-9.:-]{0,62}$/i);
/** Never an option of the program that is given it. */
const word = matching("a name or an address", /^[a-z0-9:][\w.:-]{0,252}$/i);
const path = matching("an absolute path", /^\/\P{Cc}*$/u);

/** Each once, and no more than the frames can tell of. */
const peerAddresses: Rule = (value, say) => {
  const all = Object.values(Object(object({}, ip)(value, say)));
  return all.length <= maxMembers && new Set(all).size === all.length
    ? value
    : say(`at most ${maxMembers} addresses that differ`);
};

const election = union<Heartbeat, "method">("method", {
  heartbeat: {
    intervalMs: whole(50, 60_000),
    deadRatio: whole(2, 20),
    hold: oneOf("exclusive", "shared"),
    port,
    wire: oneOf("authenticated", "exoip"),
    priority: byte,
    nicId: optional(uuid),
    listen: optional(listen),
    peers: union<AgentPeers, "from">("from", {
      "security-group": { name: line, id: optional(uuid) },
      label: { name: line },
      addresses: { addresses: peerAddresses },
    }),
    preempt: bool,
    preemptDelayMs: whole(0, 1e10),
  },
});

const health = object<AgentHealthCheck>({
  check: union<AgentHealthCheck["check"], "kind">("kind", {
    http: { url },
    tcp: { host: word, port },
    command: { argv: list(matching("text", /^[^\0]+$/), 1, 64) },
    link: { interface: word },
    ping: { host: word },
  }),
  intervalMs: ms(1),
  timeoutMs: ms(1),
  rise: whole(1, 100),
  fall: whole(1, 100),
});

/** Each address once, with the rank of this node; exoip's wire carries one, of IPv4. */
function addressesOf(node: unknown, exoip: boolean): Rule {
  const seen = new Set<string>();
  const once = (given: string): string | undefined => {
    const found = canonicalIp(given);
    if (!found || seen.has(found) || (exoip && found.includes(":"))) return undefined;
    seen.add(found);
    return found;
  };
  const address = object<Omit<AgentAddress, "vip">>({
    name,
    ip: text(exoip ? "an IPv4 address, for exoip's wire" : "an IP address of its own", once),
    id: optional(uuid),
    interface: word,
    ranks: object(typeof node === "string" ? { [node]: byte } : {}, byte),
  });
  return list(address, 1, exoip ? 1 : 32);
}

/**
 * The configuration in `text`, its addresses and ids in canonical form; else every error with its
 * path, such as `election.port: must be a whole number from 1 to 65535`.
 */
export function parseConfig(text: string): { readonly config: AgentConfig } | Errors {
  const errors: string[] = [];
  const config = readJson(text, configRule, errors);
  // The rules have looked at every key.
  return errors.length > 0 ? { errors } : { config: config as AgentConfig };
}

function configRule(value: unknown): Rule {
  const raw: { readonly node?: unknown; readonly election?: unknown } = Object(value);
  const { wire }: { readonly wire?: unknown } = Object(raw.election);
  return object<AgentConfig>({
    version: oneOf(1),
    stack: line,
    node: name,
    cloud: union<Exoscale, "provider">(
      "provider",
      { exoscale: { zone: matching("a zone", /^[a-z0-9-]+$/), endpoint: optional(url) } },
      ": this bundle is for exoscale",
    ),
    addresses: addressesOf(raw.node, wire === "exoip"),
    election,
    health: list(health, 0, 64),
    credentialsFile: path,
    stateDirectory: path,
    instance: optional(uuid),
    statusSocket: optional(path),
    statusListen: optional(statusListen),
    releaseOnStop: optional(bool),
    respectMs: optional(ms(0)),
    takeFromOutside: optional(bool),
  });
}

/**
 * The credentials in `text`; signed frames need a heartbeat key. An error names the place and never
 * what stands there.
 */
export function parseCredentials(
  text: string,
  wire: Heartbeat["wire"],
): { readonly credentials: AgentCredentials } | Errors {
  const errors: string[] = [];
  const credentials = readJson(text, () => credentialsRule(wire), errors);
  return errors.length > 0 ? { errors } : { credentials: credentials as AgentCredentials };
}

const heartbeatKey = text("base64 of at least 32 bytes", (given) =>
  keyFromBase64(given) ? given : "",
);

const credentialsRule = (wire: Heartbeat["wire"]): Rule =>
  object<AgentCredentials>({
    cloud: object<{ key: string; secret: string }>({ key: secret, secret }),
    heartbeatKeys: list(heartbeatKey, wire === "exoip" ? 0 : 1, 8),
  });

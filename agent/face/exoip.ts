/**
 * The agent in exoip's place: the flags and variables of exoip v0.4.3 and of its README, made into
 * the agent's own configuration. Who has exoip started by ifupdown changes nothing else.
 */
import { hostname } from "os";
import type { AgentConfig } from "../config.ts";
import type { Errors } from "../config-parse.ts";
import { list, type Rule, type Say, text, whole } from "../config-rule.ts";
import { ip, line, listen, parseListen, secret, url, uuid } from "../config-scalars.ts";
import { canonicalIp } from "../wire/ip.ts";
import type { Command } from "./command.ts";
import { readFlags } from "./flags.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What is set by flags or variables. */
type Settings = {
  readonly xi: string;
  readonly xk: string;
  readonly xs: string;
  readonly xe?: string;
  readonly i?: string;
  readonly p?: readonly string[];
  readonly G?: string;
  readonly P?: number;
  readonly t?: number;
  readonly r?: number;
  readonly l?: string;
  readonly "nic-id"?: string;
};

/** All settings come as text; blanks alone would be zero, the best priority. */
const number =
  (min: number, max: number): Rule =>
  (value, say) =>
    whole(min, max)(/^\s*\d+\s*$/.test(`${value}`) ? Number(value) : value, say);

/** By flag: the variable behind `IF_`, which ifupdown sets from a stanza's key, and the rule. */
const settings: { readonly [Name in keyof Settings]-?: readonly [variable: string, rule: Rule] } = {
  xi: [
    "ADDRESS",
    text("an IPv4 address", (given) => (given.includes(".") ? canonicalIp(given) : "")),
  ],
  xk: ["EXOSCALE_API_KEY", secret],
  xs: ["EXOSCALE_API_SECRET", secret],
  xe: ["EXOSCALE_API_ENDPOINT", url],
  i: ["EXOSCALE_INSTANCE_ID", uuid],
  p: ["EXOSCALE_PEERS", (value, say) => list(ip, 1, 15)(`${value}`.match(/[^\s,]+/g) || [], say)],
  G: ["EXOSCALE_PEER_GROUP", line],
  P: ["HOST_PRIORITY", number(0, 255)],
  t: ["ADVERTISEMENT_INTERVAL", number(1, 60)],
  r: ["DEAD_RATIO", number(2, 255)],
  l: ["BIND_TO", listen],
  // Ours: API v2 does not tell the id that exoip's frames carry.
  "nic-id": ["EXOSCALE_NIC_ID", uuid],
};

const modes = ["A", "D", "W"] as const;
const switches = [...modes, "v", "n", "O", "version"];

export const exoipNames: readonly string[] = [...Object.keys(settings), ...switches];

/** Flags win over variables, and those over exoip's defaults; all that is wrong is said at once. */
export function parseExoip(argv: readonly string[], env: Environment): Command | Errors {
  const { given, slip } = readFlags(argv, exoipNames, switches);
  if (slip) return { errors: [slip] };
  if (given.version) return { command: "version" };
  const errors: string[] = [];
  const [mode, another] = modes.filter((name) => given[name]);
  if (!mode || another) errors.push("need exactly one of -A, -D, or -W");
  const watches = mode === "W";
  const kept = Object.entries(settings).map(([name, [variable, rule]]) => {
    const fromEnv = env[`IF_${variable}`] || (name === "l" && env.IF_BIND_ADDRESS);
    const value = name in given ? given[name] : fromEnv;
    const say: Say = (wants) => {
      errors.push(`-${name} or IF_${variable} must be ${wants}`);
    };
    // What only the watchdog reads stops nothing else.
    const used = watches || /^(x.|i)$/.test(name);
    return [name, /^x[iks]/.test(name) || (value && used) ? rule(value, say) : undefined];
  });
  // The rules have looked at every value.
  const found: Settings = Object.fromEntries(kept);
  if (watches && !found.p === !found.G)
    errors.push(
      found.p ? "-p and -G options are exclusive" : "need peer definition (either -p or -G)",
    );
  if (!mode || errors.length > 0) return { errors };
  return {
    command: "exoip",
    mode: `-${mode}`,
    config: configOf(found, env),
    credentials: { cloud: { key: found.xk, secret: found.xs }, heartbeatKeys: [] },
    check: !!given.n,
    verbose: !!given.v,
    stdout: !!given.O,
  };
}

function configOf(found: Settings, env: Environment): AgentConfig {
  const { xi, xe, i, p = [], G, P = 10, t = 1, r = 3, l = "" } = found;
  const { host, port = 12345 } = parseListen(l) || {};
  const nicId = found["nic-id"];
  const node = hostname();
  // Else the metadata server knows it, which there is none of in a container.
  const [, zone = ""] = /^https:\/\/api-([a-z0-9-]+)\.exoscale\.com\b/.exec(xe || "") || [];
  // ifupdown names the label, such as lo:1.
  const [carrier = ""] = (env.IFACE || "lo").split(":");
  return {
    version: 1,
    stack: "exoip",
    node,
    cloud: { provider: "exoscale", zone, ...(xe && { endpoint: xe }) },
    addresses: [{ name: xi, ip: xi, interface: carrier, ranks: { [node]: 0 } }],
    election: {
      method: "heartbeat",
      intervalMs: 1000 * t,
      deadRatio: r,
      hold: "shared",
      port,
      wire: "exoip",
      priority: P,
      ...(nicId && { nicId }),
      ...(host && { listen: host }),
      peers: G
        ? { from: "security-group", name: G }
        : { from: "addresses", addresses: Object.fromEntries(p.map((ip) => [ip, ip])) },
      preempt: true,
      preemptDelayMs: 0,
    },
    health: [],
    credentialsFile: "",
    stateDirectory: env.STATE_DIRECTORY || "/var/lib/exoip",
    statusSocket: `${env.RUNTIME_DIRECTORY || "/run/exoip"}/status.sock`,
    releaseOnStop: true,
    ...(i && { instance: i }),
  };
}

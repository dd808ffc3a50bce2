/** A configuration that uses every key, and how it is changed in one place. */
import { parseConfig } from "../../agent/config-parse.ts";

export const id = "66666666-7777-4888-9999-aaaaaaaaaaaa";
export const key = Buffer.alloc(32, 7).toString("base64");

export const full = {
  version: 1,
  stack: "shop",
  node: "lb1",
  cloud: { provider: "exoscale", zone: "ch-gva-2", endpoint: "http://127.0.0.1:8080/v2" },
  addresses: [
    { name: "web", ip: "198.51.100.50", id, interface: "lo", ranks: { lb1: 0, lb2: 1 } },
    { name: "six", ip: "2001:db8::50", interface: "br_lan", ranks: { lb1: 1, lb2: 0 } },
  ],
  election: {
    method: "heartbeat",
    intervalMs: 200,
    deadRatio: 3,
    hold: "shared",
    port: 12345,
    wire: "authenticated",
    priority: 10,
    nicId: id,
    listen: "10.0.0.1:12345",
    peers: { from: "addresses", addresses: { lb2: "10.0.0.2" } },
    preempt: false,
    preemptDelayMs: 0,
  },
  health: [
    { kind: "http", url: "http://127.0.0.1/health" },
    { kind: "tcp", host: "::1", port: 80 },
    { kind: "command", argv: ["sh", "-c", "true\nexit 0"] },
    { kind: "link", interface: "eth1" },
    { kind: "ping", host: "8.8.8.8" },
  ].map((check) => ({ check, intervalMs: 2000, timeoutMs: 1000, rise: 2, fall: 3 })),
  credentialsFile: "/etc/baton/credentials.json",
  stateDirectory: "/var/lib/baton",
  instance: id,
  statusSocket: "/run/baton/status.sock",
  statusListen: "127.0.0.1:9100",
  releaseOnStop: true,
  respectMs: 60_000,
  takeFromOutside: false,
};
export const { listen: _listen, nicId: _nicId, ...plainElection } = full.election;
export const exoipElection = { ...full.election, wire: "exoip" };
export const one = full.addresses.slice(0, 1);
export const six = full.addresses.slice(1);

export type Change = readonly [path: readonly (string | number)[], value: unknown];

/** `full` with one place changed; undefined takes the key out. */
export function changed([path, value]: Change): string {
  const copy = structuredClone(full) as unknown;
  const last = path[path.length - 1] ?? "";
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((at, part) => Reflect.get(Object(at), part), copy);
  Reflect.set(Object(parent), last, value);
  return JSON.stringify(copy);
}

export const errorsOf = (text: string): readonly string[] => {
  const parsed = parseConfig(text);
  return "errors" in parsed ? parsed.errors : [];
};

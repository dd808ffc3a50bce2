/** A stack in which all is well, as a desk sees it, to be changed by each test. */
import assert from "node:assert/strict";
import type { Status } from "../../agent/status/status.ts";
import type { CloudHost } from "../../operate/cloud.ts";
import type { AgentSaid, HostSeen, Snapshot } from "../../operate/snapshot.ts";
import { loadStack } from "../../stack/load.ts";
import { hostsOf, type Stack } from "../../stack/stack.ts";
import { address, peer, sample } from "../agent/status/sample.ts";

export const ip = "203.0.113.7";

/** @param addresses as YAML; the one that every test knows, if none are given */
export function stackOf(
  more = "nodes: 2\napp-servers: 1",
  addresses = `{ web: { ip: ${ip} } }`,
): Stack {
  const text = `name: shop
cloud: { provider: exoscale }
addresses: ${addresses}
services: { web: { port: 80 } }
access: { ssh-from: [192.0.2.0/24] }
${more}
agent: { delivery: url, url: "https://downloads.example.com/baton-agent.js" }
`;
  const loaded = loadStack(text, "shop.yaml");
  assert.ok(loaded.ok, loaded.ok ? "" : JSON.stringify(loaded.diagnostics));
  return loaded.stack;
}

export const idOf = (host: string): string => `id-of-${host}`;

export const instance = (host: string, changes: Partial<CloudHost> = {}): CloudHost => ({
  host,
  id: idOf(host),
  name: `shop-${host}`,
  state: "running",
  running: true,
  ip: "198.51.100.11",
  user: "ubuntu",
  ...changes,
});

/** An agent that answers. */
export function answers(node: string, changes: Partial<Status> = {}): AgentSaid {
  const other = node === "lb1" ? "lb2" : "lb1";
  const holds = node === "lb1";
  const status = sample({
    node,
    instance: idOf(node),
    addresses: [
      address({
        role: holds ? "master" : "backup",
        holds,
        why: holds ? "holds, as elected" : "stands by",
      }),
    ],
    peers: [peer({ id: idOf(other), name: `shop-${other}` })],
    ...changes,
  });
  return { kind: "answers", status };
}

export type Changes = {
  readonly hosts?: Readonly<Record<string, Partial<HostSeen>>>;
  readonly holders?: readonly string[];
  readonly known?: boolean;
  readonly strangers?: Snapshot["strangers"];
};

/** What is seen of a stack in which lb1 holds. */
export function seen(
  stack: Stack,
  { hosts = {}, holders = ["lb1"], known = true, strangers = [] }: Changes = {},
): Snapshot {
  return {
    at: "2026-11-21T13:00:00.000Z",
    stack: stack.name,
    addresses: [{ name: "web", ip, id: known ? "id-of-web" : undefined, holders }],
    hosts: hostsOf(stack).map(({ name, role }) => ({
      name,
      role,
      instance: instance(name),
      agent: role === "node" ? answers(name) : undefined,
      ...hosts[name],
    })),
    strangers,
  };
}

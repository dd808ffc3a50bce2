/** Heartbeats under one virtual clock, and what they say to each other. */
import type { Report } from "../../../agent/core/state.ts";
import {
  type Counters,
  createHeartbeat,
  type HeartbeatOptions,
} from "../../../agent/election/heartbeat.ts";
import type { Member } from "../../../agent/election/member.ts";
import type { Heartbeat, Received, Stranger } from "../../../agent/election/received.ts";
import { hmacKeys } from "../../../agent/wire/hmac.ts";
import { report as address, secretOf } from "../wire/frames.ts";

/** Nodes never go back in their sequence; one row for all of them serves as well. */
let sequence = 0;

export const report = (): Report => ({
  sequence: ++sequence,
  healthy: true,
  maintenance: false,
  resigningMs: 0,
  priority: 10,
  addresses: [address("203.0.113.10")],
  releases: [],
});

export const member = (id: string, ...ips: readonly string[]): Member => ({ id, name: id, ips });

export type Node = Heartbeat & {
  readonly counters: Readonly<Counters>;
  readonly strangers: Stranger[];
};

export type Clock = { now: number };

let boots = 0;

/** A node of the authenticated wire; each call is another boot. */
export function node(
  clock: Clock,
  self: string,
  peers: readonly string[],
  options: Partial<Extract<HeartbeatOptions, { readonly wire: "authenticated" }>> = {},
): Node {
  boots += 1;
  const strangers: Stranger[] = [];
  const heartbeat = createHeartbeat({
    wire: "authenticated",
    self,
    name: self,
    boot: boots.toString(16).padStart(16, "0"),
    intervalMs: 1000,
    deadRatio: 3,
    keys: hmacKeys([secretOf(1)]),
    nowMs: () => clock.now,
    onStranger: (stranger) => strangers.push(stranger),
    ...options,
  });
  heartbeat.setPeers(peers.map((peer) => member(peer)));
  return { ...heartbeat, strangers };
}

/** `frame from b`, `info` or the reason; with `!` where a frame is wanted at once. */
export const said = (received: Received): string => {
  if (received.kind === "info") return "info";
  const what = received.kind === "frame" ? `frame from ${received.from}` : received.reason;
  return received.sendNow ? `${what}!` : what;
};

/** One frame from one node to another. */
export const tell = (from: Node, to: Node, source = "192.0.2.1"): string =>
  said(to.receive(from.encode(report()), source));

/** Two nodes that have accepted each other. */
export function pair(clock: Clock): { a: Node; b: Node } {
  const a = node(clock, "a", ["b"]);
  const b = node(clock, "b", ["a"]);
  for (let turn = 0; turn < 2; turn += 1) {
    tell(a, b);
    tell(b, a);
    clock.now += 1000;
  }
  return { a, b };
}

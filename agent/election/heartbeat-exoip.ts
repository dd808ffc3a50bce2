/**
 * exoip's wire, which knows a sender by its source address alone. A member of which the cloud has
 * not told the id yet goes by that address.
 */
import type { NodeId } from "../wire/advertisement.ts";
import { decodeExoip, encodeExoip } from "../wire/exoip.ts";
import { nodeOf } from "./member.ts";
import { drop, type Heartbeat, type Received, type Surroundings } from "./received.ts";

export type ExoipOptions = Surroundings & {
  /** The one address of which the frames speak. */
  readonly ip: string;
  readonly nicId: string;
  /** Answers `info` from anywhere, and not from this host alone. */
  readonly allowInfo?: boolean;
};

const infoEveryMs = 1_000;

export function exoipHeartbeat({
  ip,
  nicId,
  allowInfo = false,
  nowMs,
  onStranger,
}: ExoipOptions): Heartbeat {
  let bySource: ReadonlyMap<string, NodeId> = new Map();
  let informedMs = -Infinity;

  const info = (source: string): Received => {
    if (!allowInfo && !/^127\.|^::1$/.test(source)) return drop("unknown-source");
    // The same question again, and nobody reads that fast.
    if (nowMs() - informedMs < infoEveryMs) return drop("replayed");
    informedMs = nowMs();
    return { kind: "info" };
  };

  return {
    receive(datagram, source) {
      const decoded = decodeExoip(datagram);
      if (!decoded.ok) return drop(decoded.reason);
      const frame = decoded.value;
      if (frame.wire === "info") return info(source);
      if (frame.ip !== ip) return drop("wrong-address");
      if (!bySource.has(source)) {
        onStranger({ id: source, name: source, ip: source, proven: false });
      }
      const from = bySource.get(source);
      return from === undefined
        ? drop("unknown-source")
        : { kind: "frame", from, frame, sendNow: false };
    },
    encode: ({ priority }) => encodeExoip({ priority, ip, nicId }),
    setPeers(peers) {
      const entries = peers.map((peer) => peer.ips.map((one) => [one, nodeOf(peer)] as const));
      bySource = new Map(([] as (readonly [string, NodeId])[]).concat(...entries));
    },
    // Frames without a sequence prove nothing anyway, and have no signature.
    forget: () => undefined,
    setKeys: () => undefined,
  };
}

/**
 * Our own wire. The signature says that a frame is the stack's, so its source address does not
 * matter: a node with several networks may speak from any. Freshness says that it is of now, and
 * the group says whether its node counts.
 *
 * Nothing limits how many signatures are checked: to refuse a forged frame costs less than to take
 * it from the socket, and a limit would let a forger mute the peers.
 */
import type { Report } from "../core/state.ts";
import type { BootId, NodeId } from "../wire/advertisement.ts";
import { decodeAuthenticated } from "../wire/authenticated-decode.ts";
import { encodeAuthenticated } from "../wire/authenticated-encode.ts";
import { type Freshness, heardList, judge, noPeers } from "../wire/freshness.ts";
import type { Keys } from "../wire/keys.ts";
import { nodeTag } from "../wire/node-tag.ts";
import { idsOf } from "./member.ts";
import { drop, type Heartbeat, type Received, type Surroundings } from "./received.ts";

export type SignedOptions = Surroundings & {
  readonly self: NodeId;
  readonly name: string;
  readonly boot: BootId;
  readonly intervalMs: number;
  readonly deadRatio: number;
  readonly keys: Keys;
};

/** What is echoed is at most one interval old as it is sent; two may be lost. */
const recentIntervals = 3;
/** However short the interval, the way there and back takes its time. */
const leastRecentMs = 1_000;

export function signedHeartbeat(options: SignedOptions): Heartbeat {
  const { self, name, boot, intervalMs, deadRatio, nowMs, onStranger } = options;
  const bornMs = nowMs();
  let { keys } = options;
  const sent = recentlySent(Math.max(leastRecentMs, recentIntervals * intervalMs), nowMs);
  /** What was heard of the group, and apart from it, of others, who can so displace no member. */
  let members: Freshness = noPeers;
  let strangers: Freshness = noPeers;
  let byTag: ReadonlyMap<number, NodeId> = new Map();
  let ids: ReadonlySet<NodeId> = new Set();
  const mayAnswer = ration(intervalMs / 4, nowMs);

  return {
    receive(datagram, ip): Received {
      const decoded = decodeAuthenticated(datagram, keys, (tag) => byTag.get(tag));
      if (!decoded.ok) return drop(decoded.reason);
      const frame = decoded.value;
      const { node } = frame;
      const isStranger = node !== self && !ids.has(node);
      const { verdict, peers } = judge(isStranger ? strangers : members, frame, {
        node: self,
        boot,
        sequence: sent.newest(),
        recentFrom: sent.recentFrom(),
        nowMs: nowMs(),
        deadRatio,
      });
      if (isStranger) {
        strangers = peers;
        onStranger({ id: node, name: frame.name, ip, proven: verdict.accepted });
        // It may be a member now.
        if (!ids.has(node)) return drop("unknown-source");
      } else members = peers;
      if (!verdict.accepted) {
        const { reason } = verdict;
        return drop(reason, reason === "unproven" && mayAnswer(node));
      }
      return { kind: "frame", from: node, frame, sendNow: verdict.restarted && mayAnswer(node) };
    },

    encode(report: Report) {
      const now = nowMs();
      sent.add(report.sequence);
      // A stranger may need our echo, but we are no witness of it: its link with us would count.
      const echoes = heardList(strangers, now).map((one) => ({ ...one, proven: false }));
      const heard = [...heardList(members, now), ...echoes];
      const own = { wire: "authenticated", node: self, name, boot } as const;
      return encodeAuthenticated(
        { ...report, ...own, uptimeMs: now - bornMs, intervalMs, heard },
        keys,
      );
    },

    setPeers(peers) {
      ids = new Set(idsOf(peers));
      byTag = new Map([self, ...ids].map((id) => [nodeTag(id), id]));
      const isIn = ([id]: readonly [NodeId, unknown]) => ids.has(id);
      members = new Map([...strangers, ...members].filter(isIn));
      strangers = new Map([...strangers].filter((one) => !isIn(one)));
    },

    forget() {
      members = noPeers;
      strangers = noPeers;
      sent.forget();
    },

    setKeys(next) {
      keys = next;
    },
  };
}

/** Our own frames of late, which the core counts: who echoes one of them lives. */
function recentlySent(spanMs: number, nowMs: () => number) {
  let newest = 0;
  let frames: readonly { readonly sequence: number; readonly atMs: number }[] = [];
  const recent = () => frames.filter(({ atMs }) => nowMs() - atMs <= spanMs);
  return {
    newest: () => newest,
    recentFrom: () => recent()[0]?.sequence ?? newest + 1,
    add: (sequence: number) => {
      newest = sequence;
      frames = [...recent(), { sequence, atMs: nowMs() }];
    },
    forget: () => {
      frames = [];
    },
  };
}

/** A recording must not make us speak much more than we do anyway, so extra frames are rationed. */
function ration(everyMs: number, nowMs: () => number): (node: NodeId) => boolean {
  const last = new Map<NodeId, number>();
  return (node) => {
    const fine = nowMs() - (last.get(node) ?? -Infinity) >= everyMs;
    if (fine) last.set(node, nowMs());
    return fine;
  };
}

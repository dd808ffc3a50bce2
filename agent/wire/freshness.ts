/**
 * R9: which signed frames speak of now. A new boot of a peer is accepted when its frame echoes our
 * own boot and a recent sequence of ours, which nobody could have recorded earlier. That has to be
 * newer than any that the boot which counts has echoed, and than all that we had sent when that one
 * was taken: of two runs of a peer the first had ended before the second spoke. Then only higher
 * sequences count. Who was silent, or falls behind its own uptime, proves itself again, since lost
 * frames may have been recorded. No wall clock and no stored state decides, so a lost state
 * directory mutes nobody and an old recording revives nobody.
 */
import type {
  BootId,
  FreshnessReason,
  Heard,
  NodeId,
  SignedAdvertisement,
} from "./advertisement.ts";
import { maxHeard, maxPeers } from "./authenticated-layout.ts";

/** The newest frame of one boot. */
type Newest = {
  readonly boot: BootId;
  readonly sequence: number;
  /** When it came, on our own monotonic clock. */
  readonly heardMs: number;
  /** By how much the sender's uptime is behind our clock; the least since the boot proved itself. */
  readonly lagMs: number;
  /** The newest sequence of ours that it has echoed, 0 where none. */
  readonly echoed: number;
};

/** The boot that counts. */
type Proven = Newest & {
  /** The newest sequence that we had sent when it was taken. */
  readonly takenAfter: number;
};

type PeerFreshness = {
  readonly proven: Proven | undefined;
  /** A frame that proves nothing; we echo it, or two nodes that start would wait for ever. */
  readonly candidate: Newest | undefined;
  /** Boots that were replaced: their last frames may hold an echo that is still recent. */
  readonly retired: readonly BootId[];
};

export type Freshness = ReadonlyMap<NodeId, PeerFreshness>;

export const noPeers: Freshness = new Map();

/** This node at the moment when the frame came. */
export type Receiver = {
  readonly node: NodeId;
  readonly boot: BootId;
  /** The newest sequence that this node sent, 0 before the first. */
  readonly sequence: number;
  /**
   * The oldest own sequence whose echo is recent; after a pause the first that was sent since, so
   * that nothing said before the pause proves anything.
   */
  readonly recentFrom: number;
  readonly nowMs: number;
  /** After so many intervals without a frame a peer is dead. */
  readonly deadRatio: number;
};

export type Verdict =
  /** `restarted`: this is the first frame of a boot, of a peer that is new or has restarted. */
  | { readonly accepted: true; readonly restarted: boolean }
  | { readonly accepted: false; readonly reason: FreshnessReason };

const retiredBoots = 4;
/** A peer that was silent for so many intervals proves itself, though the dead ratio be lower. */
const leastSilent = 3;
/** A busy host reads late what came in time, and short intervals are soon over. */
const lateMs = 3_000;
/** A peer that was silent for this long may be forgotten where another needs its place. */
const forgetAfterMs = 60_000;

/** What a signed frame is worth, and the state after it. At most 16 peers are kept. */
export function judge(
  peers: Freshness,
  frame: SignedAdvertisement,
  receiver: Receiver,
): { readonly verdict: Verdict; readonly peers: Freshness } {
  const no = (reason: FreshnessReason, after = peers) => ({
    verdict: { accepted: false, reason } as const,
    peers: after,
  });
  if (frame.boot === receiver.boot) return no("reflected");
  if (frame.node === receiver.node) return no("same-node");
  const { boot, sequence, node } = frame;
  const lagMs = receiver.nowMs - frame.uptimeMs;
  const echoed = echoedBy(frame, receiver);
  const newest: Newest = { boot, sequence, heardMs: receiver.nowMs, lagMs, echoed };
  const peer = peers.get(node) ?? { proven: undefined, candidate: undefined, retired: [] };
  const { proven, candidate, retired } = peer;
  if (retired.includes(boot)) return no("retired");
  const known = [proven, candidate].filter((one) => one?.boot === boot);
  const last = Math.max(0, ...known.map((one) => one?.sequence ?? 0));
  if (sequence <= last) return no(sequence < last ? "old" : "replayed");
  const room = roomFor(peers, node, receiver.nowMs);
  if (room === undefined) return no("too-many-peers");
  const after = (changed: PeerFreshness): Freshness => new Map(room).set(node, changed);
  const again = proven?.boot === boot;
  const silentMs = Math.max(leastSilent, receiver.deadRatio) * frame.intervalMs;
  const isPunctual = again && receiver.nowMs - proven.heardMs <= silentMs;
  // Frames that somebody holds back and passes on one by one fall behind, be they never silent.
  if (isPunctual && lagMs - proven.lagMs <= Math.max(silentMs, lateMs)) {
    const since = {
      lagMs: Math.min(lagMs, proven.lagMs),
      echoed: Math.max(echoed, proven.echoed),
      takenAfter: proven.takenAfter,
    };
    return {
      verdict: { accepted: true, restarted: false },
      peers: after({ ...peer, proven: { ...newest, ...since } }),
    };
  }
  // The last frames of a run that ended may come after the first of its successor.
  const least = again || proven === undefined ? 0 : Math.max(proven.echoed, proven.takenAfter) + 1;
  const doubt = doubtOf(frame, receiver, least);
  if (doubt !== undefined) return no(doubt, after({ ...peer, candidate: newest }));
  const replaced = proven === undefined || again ? retired : [proven.boot, ...retired];
  return {
    verdict: { accepted: true, restarted: !again },
    peers: after({
      proven: { ...newest, takenAfter: again ? proven.takenAfter : receiver.sequence },
      candidate: undefined,
      retired: replaced.slice(0, retiredBoots),
    }),
  };
}

/**
 * The sender's entries about this node's present boot: two while this node proves itself again.
 * Each is a proof of freshness; a link that works both ways (R8) needs one that is `proven`, young.
 */
const echoesIn = (frame: SignedAdvertisement, boot: BootId): readonly Heard[] =>
  frame.heard.filter((one) => one.boot === boot);

/** No frame can have heard what we have not sent yet. */
const echoedBy = (frame: SignedAdvertisement, { boot, sequence: newest }: Receiver): number =>
  Math.max(0, ...echoesIn(frame, boot).map(({ sequence }) => (sequence > newest ? 0 : sequence)));

function doubtOf(
  frame: SignedAdvertisement,
  receiver: Receiver,
  least: number,
): FreshnessReason | undefined {
  if (echoesIn(frame, receiver.boot).length === 0) return "unproven";
  const isRecent = echoedBy(frame, receiver) >= Math.max(receiver.recentFrom, least);
  return isRecent ? undefined : "stale-echo";
}

/**
 * The peers with a place for `node`. Where that is needed, who was never proven gives way first, so
 * that recordings of many nodes keep no living one out; then who was silent for long.
 */
function roomFor(peers: Freshness, node: NodeId, nowMs: number): Freshness | undefined {
  if (peers.has(node) || peers.size < maxPeers) return peers;
  const [leaver] = [...peers].sort(([, one], [, other]) => worthMs(one) - worthMs(other));
  if (leaver === undefined || nowMs - worthMs(leaver[1]) < forgetAfterMs) return undefined;
  return new Map([...peers].filter(([id]) => id !== leaver[0]));
}

/** When a peer was last known to live. */
const worthMs = ({ proven }: PeerFreshness): number => proven?.heardMs ?? Number.MIN_SAFE_INTEGER;

/** The heard-list of the next frame: proven boots before candidates, the last heard first. */
export function heardList(peers: Freshness, nowMs: number): readonly Heard[] {
  const entry = (node: NodeId, newest: Newest | undefined, proven: boolean): Heard[] => {
    if (newest === undefined) return [];
    const { boot, sequence, heardMs } = newest;
    return [{ node, boot, sequence, ageMs: nowMs - heardMs, proven }];
  };
  const all = [...peers].flatMap(([node, { proven, candidate }]) => [
    ...entry(node, proven, true),
    ...entry(node, candidate, false),
  ]);
  return all
    .sort((a, b) => Number(b.proven) - Number(a.proven) || a.ageMs - b.ageMs)
    .slice(0, maxHeard);
}

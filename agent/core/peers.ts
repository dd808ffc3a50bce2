/** Who is alive: heard both ways, or heard by a live witness (R8). */
import type {
  Advertisement,
  BootId,
  NodeId,
  Possession,
  Role,
  SignedAdvertisement,
} from "../wire/advertisement.ts";
import type { AddressState, State } from "./state.ts";

/** What a peer last said, whatever its wire. */
export type Peer = {
  readonly heardAt: number;
  /** Since when we have been hearing this run of it without a silence of a dead interval. */
  readonly since: number;
  /** When the link with it, or the last one, began. */
  readonly linkedFrom: number;
  /** Its own clock at a frame of a while ago, and ours then; exoip's frames have none. */
  readonly clock: { readonly uptimeMs: number; readonly at: number } | undefined;
  /** Its releases are counted from its start; exoip's frames tell none. */
  readonly boot: BootId | undefined;
  readonly intervalMs: number;
  /** When it last heard each node, in our time; of those that it takes as proven. */
  readonly hears: ReadonlyMap<NodeId, number>;
  readonly healthy: boolean;
  readonly priority: number;
  /** The newest of our frames that it had heard; exoip cannot say, so it counts as all. */
  readonly acknowledged: number;
  /** It gives its addresses away, for now or for long. */
  readonly resigning: boolean;
  readonly addresses: ReadonlyMap<string, PeerAddress>;
  readonly releases: SignedAdvertisement["releases"];
};

export type PeerAddress = {
  readonly rank: number;
  /** Undefined where the wire cannot say it. */
  readonly role: Role | undefined;
  /** Undefined where the wire cannot say it: then the cloud alone tells. */
  readonly possession: Possession | undefined;
  readonly wants: boolean;
  /** It stands back from a holder that it cannot hear (R5). */
  readonly yields: boolean;
  readonly unable: boolean;
};

const fromExoip: PeerAddress = {
  ...{ rank: 0, role: undefined, possession: undefined, wants: true },
  ...{ yields: false, unable: false },
};

/** The peer as a frame of it leaves it. Who speaks exoip cannot say whom it hears: it hears us. */
export function peerAfter(state: State, frame: Advertisement, before?: Peer): Peer {
  const peer = speakerOf(state, frame, before);
  const goes = before !== undefined && (linked(state, before) || !linked(state, peer));
  return { ...peer, linkedFrom: goes ? before.linkedFrom : state.now };
}

function speakerOf(state: State, frame: Advertisement, before?: Peer): Omit<Peer, "linkedFrom"> {
  const { settings, now } = state;
  const boot = frame.wire === "exoip" ? undefined : frame.boot;
  const same = before !== undefined && isHeard(state, before) && before.boot === boot;
  const since = same ? before.since : now;
  if (frame.wire === "exoip") {
    return {
      heardAt: now,
      since,
      clock: undefined,
      boot: undefined,
      intervalMs: 0,
      hears: new Map([[settings.self, now]]),
      healthy: true,
      acknowledged: Infinity,
      priority: frame.priority,
      resigning: false,
      addresses: new Map([[frame.ip, fromExoip]]),
      releases: [],
    };
  }
  // What a peer heard of an earlier boot of ours is no link with this one.
  const hears = frame.heard.filter(
    ({ node, boot, proven }) => proven && (node !== settings.self || boot === settings.boot),
  );
  return {
    heardAt: now,
    since,
    clock: clockAfter(before?.boot === boot ? before : undefined, frame.uptimeMs, now),
    boot: frame.boot,
    intervalMs: frame.intervalMs,
    hears: new Map(hears.map(({ node, ageMs }) => [node, now - ageMs])),
    healthy: frame.healthy,
    acknowledged: hears.find(({ node }) => node === settings.self)?.sequence ?? 0,
    priority: frame.priority,
    resigning: frame.maintenance || frame.resigningMs > 0,
    addresses: new Map(frame.addresses.map((address) => [address.ip, address])),
    releases: frame.releases,
  };
}

/** Frames that waited in a queue come all at once, so a frame is compared with one of before. */
const clockMs = 30_000;

function clockAfter(before: Peer | undefined, uptimeMs: number, at: number): Peer["clock"] {
  const { clock } = before ?? {};
  const keeps = clock !== undefined && uptimeMs >= clock.uptimeMs && at - clock.at < clockMs;
  return keeps ? clock : { uptimeMs, at };
}

/** Silence after which a node is dead. A slower peer is given more, and so is a late listener. */
export function deadIntervalMs({ settings, latenessMs }: State, theirIntervalMs = 0): number {
  const { intervalMs, deadRatio } =
    settings.election.method === "heartbeat" ? settings.election : followedTimes;
  return deadRatio * Math.max(intervalMs, theirIntervalMs) + latenessMs;
}

/** The dead interval as the other reckons it: it does not know how late we are. */
export const punctualMs = (state: State, peer?: Peer): number =>
  deadIntervalMs({ ...state, latenessMs: 0 }, peer?.intervalMs);

/** Of an election that another program makes. */
const followedTimes = { intervalMs: 1000, deadRatio: 3 };

const isHeard = (state: State, peer: Peer): boolean =>
  peer.heardAt >= state.now - deadIntervalMs(state, peer.intervalMs);

/** Whether we hear a peer and it hears us: a link that works one way only is no link. */
export function linked(
  state: State,
  { heardAt, hears, intervalMs }: Pick<Peer, "heardAt" | "hears" | "intervalMs">,
): boolean {
  const since = state.now - deadIntervalMs(state, intervalMs);
  return heardAt >= since && (hears.get(state.settings.self) ?? -Infinity) >= since;
}

/**
 * Peers that take part in the election: those linked with us. One that only a witness hears is not
 * among them, but it is not dead either.
 */
export function livePeers(state: State): readonly (readonly [NodeId, Peer])[] {
  const live: [NodeId, Peer][] = [];
  for (const one of state.peers) {
    if (state.group.has(one[0]) && linked(state, one[1])) live.push(one);
  }
  return live;
}

export function isLive(state: State, id: NodeId): boolean {
  const peer = state.peers.get(id);
  return peer !== undefined && state.group.has(id) && linked(state, peer);
}

/** When the last one with whom we have no link took us for dead at the latest. */
export function partedAt(state: State): number {
  const { self } = state.settings;
  let last = -Infinity;
  for (const id of state.group) {
    if (id === self || isLive(state, id)) continue;
    const peer = state.peers.get(id);
    const linkedAt = peer?.hears.get(self) ?? state.listenUntil;
    last = Math.max(last, linkedAt + deadIntervalMs(state, peer?.intervalMs));
  }
  return last;
}

/** Whether a node is silent for us and for every live witness. */
export function silent(state: State, id: NodeId): boolean {
  const own = state.peers.get(id);
  if (own !== undefined && isHeard(state, own)) return false;
  return !livePeers(state).some(([, { hears, intervalMs }]) => {
    const deadMs = deadIntervalMs(state, Math.max(own?.intervalMs ?? 0, intervalMs));
    return (hears.get(id) ?? -Infinity) >= state.now - deadMs;
  });
}

/** Whether a node says itself that it holds; the cloud answers for one that cannot say it. */
export function saysHolding(state: State, ip: string, id: NodeId): boolean {
  const said = state.peers.get(id)?.addresses.get(ip);
  if (said === undefined) return false;
  const { possession } = said;
  if (possession === undefined) return state.addresses.get(ip)?.seen?.holders.has(id) === true;
  return possession === "claimed" || possession === "given";
}

/** Whether a peer may hold beside those that the cloud showed; exoip's frames do not say it. */
function mayHold({ addresses }: Peer, ip: string, holders: ReadonlySet<NodeId>): boolean {
  const said = addresses.get(ip);
  if (said === undefined) return false;
  return said.possession === undefined ? holders.size === 0 : said.possession !== "none";
}

/** Whether a peer says that it is not to hold any more, whether it hears us or not. */
export function givesWay(state: State, id: NodeId): boolean {
  const peer = state.peers.get(id);
  return peer !== undefined && isHeard(state, peer) && (!peer.healthy || peer.resigning);
}

/** Whether a peer hears another, as its frames tell. */
export function hears(state: State, by: NodeId, whom: NodeId): boolean {
  const [peer, other] = [by, whom].map((id) => state.peers.get(id));
  const intervalMs = Math.max(peer?.intervalMs ?? 0, other?.intervalMs ?? 0);
  return (peer?.hears.get(whom) ?? -Infinity) >= state.now - deadIntervalMs(state, intervalMs);
}

/**
 * Whether the last word of a peer is that it holds nothing. One in `init` or `fault` may not know,
 * and a `master` that lets go holds until that has landed.
 */
export function deniesHolding(state: State, ip: string, id: NodeId): boolean {
  const said = state.peers.get(id)?.addresses.get(ip);
  return said?.possession === "none" && said.role === "backup";
}

/** When a holder that we do not hear any more becomes late. */
export function lateAt(state: State, { seen, ip }: AddressState): number | undefined {
  if (seen === undefined || seen.holders.has(state.settings.self)) return undefined;
  let lateAt: number | undefined;
  for (const [id, peer] of state.peers) {
    if (!seen.holders.has(id) && !mayHold(peer, ip, seen.holders)) continue;
    const at = peer.heardAt + deadIntervalMs(state, peer.intervalMs) / 2;
    lateAt = Math.max(lateAt ?? at, at);
  }
  return lateAt;
}

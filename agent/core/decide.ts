/**
 * What to do about one address now: a pure reading of state, asked anew after every event. A
 * decision is made for the moment it is sent in and is never repeated (R1).
 */
import type { NodeId } from "../wire/advertisement.ts";
import { fenceMs } from "./backoff.ts";
import { before, type Candidate, candidatesFor, elect, placeOf, speaksExoip } from "./elect.ts";
import { contestLimits } from "./observe.ts";
import { deadIntervalMs, linked, livePeers, type Peer, saysHolding, silent } from "./peers.ts";
import type { AddressState, Scope, State } from "./state.ts";

export type Decision =
  /** `differs`: not as it should be, so the cloud is read often, and as widely as `look` says. */
  | {
      readonly do: "nothing";
      readonly why: string;
      readonly differs: boolean;
      readonly look?: Scope;
      /** Something could be done now, were it not so long since the cloud was read. */
      readonly readNow?: boolean;
    }
  | { readonly do: "claim"; readonly why: string }
  | { readonly do: "release"; readonly whom: NodeId; readonly why: string };

type Rest = Extract<Decision, { readonly do: "nothing" }>;

const rest = (why: string, differs = false, look: Scope = "group"): Rest => ({
  do: "nothing",
  why,
  differs,
  look,
});
const claim = (why: string): Decision => ({ do: "claim", why });
const release = (whom: NodeId, why: string): Decision => ({ do: "release", whom, why });

/** The least time that a healthy holder keeps the address before a better node takes it (R12). */
const minimumHoldMs = 30_000;

/** Returns within this time make the next one wait longer. */
const recentlyMs = 600_000;

/** One address as the decision sees it. */
type View = {
  readonly state: State;
  readonly address: AddressState;
  readonly candidates: readonly [Candidate, ...Candidate[]];
  readonly elected: readonly NodeId[];
  /** Other nodes of the group that hold. */
  readonly others: readonly NodeId[];
};

/** The nodes that should hold, as far as this node can tell. */
export function electedFor(
  state: State,
  { ip, wish }: AddressState,
  candidates = candidatesFor(state, ip),
): readonly NodeId[] {
  const { election, self } = state.settings;
  if (election.method === "wish") return wish && !state.maintenance ? [self] : [];
  const shared = election.hold === "shared";
  return elect(candidates, { preempt: election.preempt, shared });
}

export function decide(state: State, address: AddressState): Decision {
  const { settings, now } = state;
  const { seen } = address;
  if (seen === undefined) return rest("the cloud has not been read yet");
  if (now < state.listenUntil) return rest("listening before acting");
  if (now < state.aloneUntil) return rest("waits to be told who its peers are");
  if (address.suspects.size > 0) return rest("a move by another is being looked at again", true);
  const candidates = candidatesFor(state, address.ip);
  const elected = electedFor(state, address, candidates);
  const holds = seen.holders.has(settings.self);
  const others = [...seen.holders].filter((id) => id !== settings.self && state.group.has(id));
  // Where one of us holds beside it, the group goes on as if it were not there.
  const outside = !holds && others.length === 0 && seen.holders.size > 0;
  if (outside && !settings.takeFromOutside) {
    return rest("held outside the group; left alone");
  }
  const view: View = { state, address, candidates, elected, others };
  if (holds && leavesNobody(state)) return release(settings.self, "stops, and nobody takes over");
  if (!elected.includes(settings.self)) return standingBack(view, holds);
  return holds ? releasingOthers(view) : claiming(view);
}

/** We should hold and do not. */
function claiming({ state, address, elected, others, candidates }: View): Decision {
  const { seen, yielded } = address;
  const { settings, now } = state;
  const lost = others.length === 0 && (seen?.scope === "group" || seen?.scope === undefined);
  if (lost && !settings.takeFromOutside && !state.zoneFailed) {
    return rest("nobody in the group holds; looks at all instances", true, "zone");
  }
  if (others.length === 0) return claim("nobody holds");
  if (others.some((id) => elected.includes(id) && !silent(state, id))) {
    return claim("shares with its equals");
  }
  if (others.every((id) => seen?.stopped.has(id))) {
    return claim("the holder's instance is not running");
  }
  const heard = others.filter((id) => !silent(state, id));
  if (heard.length > 0) return preempting(state, address, candidates, heard);
  if (yielded !== undefined && others.includes(yielded.to)) {
    return now >= yielded.contestAt
      ? claim("contests after the back-off")
      : rest("another took it while unheard; stands back");
  }
  if (settings.election.method === "wish") return claim("elected by another program");
  if (others.every((id) => address.knownHolders.has(id))) return claim("the holder fell silent");
  // The next look at the group begins to stand back from it, and to wait for a contest.
  return rest("the holder was never heard", true);
}

const isSound = ({ healthy, able, resigning }: Candidate): boolean => healthy && able && !resigning;

/** A worse node holds and is heard. */
function preempting(
  state: State,
  address: AddressState,
  candidates: readonly Candidate[],
  heard: readonly NodeId[],
): Decision {
  const { now, settings } = state;
  const holder = candidates.find(({ id }) => heard.includes(id));
  if (holder === undefined) return rest("the holder is heard, but not both ways", true);
  if (!isSound(holder)) return claim("the holder gives way");
  const { election } = settings;
  // Who has just started does not say yet that it holds, but the cloud does.
  if (election.method === "heartbeat" && !election.preempt) return rest("does not preempt");
  if (now < address.respectUntil) return rest("moved by hand; respected for a while");
  const returns = address.returns.filter((at) => at > now - recentlyMs).length;
  const damped = (address.movedAt ?? -Infinity) + minimumHoldMs * 2 ** Math.max(0, returns - 1);
  if (now < damped) return rest("a move came shortly before; waits");
  const delayMs = election.method === "heartbeat" ? election.preemptDelayMs : 0;
  if (now < (state.wellSince ?? now) + delayMs) return rest("preempt delay");
  return claim("better in the order");
}

/** We hold and should; others may hold too. */
function releasingOthers({ state, address, elected, others, candidates }: View): Decision {
  const { now, settings } = state;
  const surplus = others.filter((id) => !elected.includes(id));
  if (surplus.length === 0) return rest("holds, as elected");
  // Who is being released itself must not release the other meanwhile.
  const loses = address.releasedAt.get(settings.self) ?? -Infinity;
  if (now < loses + settings.deadlineMs + fenceMs) {
    return rest("is being released; waits", true);
  }
  // On exoip's wire who gives way is silent, and taken for dead.
  const unheard = speaksExoip(state) && !isSound(candidates[0]) && now < noticedAt(state);
  if (unheard || mayLose(state, address)) return rest("may be being released; waits", true);
  const due = surplus.map((whom) => releaseDue(state, address, whom)).find(Boolean);
  if (!isFresh(state, address)) {
    return { ...rest("holds; another held too, looks again", true), readNow: due !== undefined };
  }
  return due ?? rest("holds; another holds too", true);
}

/** Nobody lets go, nor is released, upon what was read long ago. */
const isFresh = ({ now, settings }: State, { seen }: AddressState): boolean =>
  now - (seen?.begunAt ?? -Infinity) <= 2 * settings.settleMs;

/** Whether another holder that should not hold is to be released now, and why. */
function releaseDue(state: State, address: AddressState, whom: NodeId): Decision | undefined {
  const { now, settings } = state;
  const dead =
    silent(state, whom) && address.knownHolders.has(whom) && isTurnToRelease(state, address, whom);
  const contested = address.yielded?.to === whom && now >= address.yielded.contestAt;
  // Before it was stopped it may have asked to release us, if we held: that has to have landed.
  const stoppedAt = address.seen?.stopped.get(whom) ?? Infinity;
  const { claim } = address;
  const after = address.claimed && claim !== undefined && claim.decidedAt >= stoppedAt;
  const stopped = after || now >= stoppedAt + 2 * settings.deadlineMs + fenceMs;
  if (stopped || dead || contested) {
    return release(whom, "dead and still holding");
  }
  // A live node lets go by itself once it sees us, unless it cannot. One that resigns may be too
  // busy dying, one whom a person has made a holder does not know of it, and one that only another
  // program elects cannot know of us.
  const since = Math.max(address.movedAt ?? now, address.differsSince ?? now);
  const wished = settings.election.method === "wish";
  const turns = wished ? (whom < settings.self ? 1 : 2) : 1 + placeOf(state, address.ip);
  if (now <= since + turns * turnMs(state)) return undefined;
  const peer = state.peers.get(whom);
  // One that does not hear us may take us for a dead holder. So did one that has just started, for
  // all that it knows: its earlier agent may have asked to release us.
  const said = peer?.addresses.get(address.ip)?.possession;
  const inheritsMs = 2 * settings.deadlineMs + fenceMs;
  const unsure = said === "claiming" && now < (peer?.since ?? now) + inheritsMs;
  if (peer !== undefined && linked(state, peer) && !unsure) {
    if (peer.resigning) return release(whom, "resigned and still holds");
    if (!peer.healthy) return release(whom, "sick and still holds");
    if (!saysHolding(state, address.ip, whom)) return release(whom, "holds unawares");
    const letsGo = peer.addresses.get(address.ip)?.wants === false;
    if (letsGo && now > peer.since + turns * turnMs(state)) return release(whom, "lets go in vain");
  }
  const wins = wished && address.wish && address.yielded === undefined;
  return wins ? release(whom, "not elected and still holds") : undefined;
}

/** Another should hold. */
function standingBack(view: View, holds: boolean): Decision {
  const { state, address, elected, others } = view;
  if (!holds) return rest("stands by");
  const { settings } = state;
  const better = betterHolders(state, address);
  // Our earlier agent may have asked to release the one for whom we would let go.
  const clear = (address.seen?.begunAt ?? 0) >= state.inheritedUntil + settings.settleMs;
  if (clear && better.some((id) => others.includes(id) && knowsAndKeeps(state, address, id))) {
    return release(settings.self, "the elected node holds");
  }
  // Backups of another election tell each other nothing. Of several that hold the one with the
  // lowest id never lets go by itself, else all might at once.
  if (clear && settings.election.method === "wish" && others.some((id) => id < settings.self)) {
    return isFresh(state, address)
      ? release(settings.self, "another holds, and another program elected it")
      : { ...rest("another held too, looks again", true), readNow: true };
  }
  // While the elected node waits for something, the dead are not left to it.
  const dead = better.length === 0 ? releasingOthers(view) : undefined;
  if (dead?.do === "release") return dead;
  return rest(
    better.length > 0 ? "lets go when the better one agrees" : "holds until the elected node does",
    others.length > 0 || elected.some((id) => isComing(view, id)),
  );
}

/**
 * Whether the elected node may take the address any moment. One that waits until it may says so: it
 * has nothing, and its next frame tells when it claims. None waits for a holder that gives way.
 */
function isComing({ state, address, candidates: [own] }: View, id: NodeId): boolean {
  return !isSound(own) || state.peers.get(id)?.addresses.get(address.ip)?.possession !== "none";
}

/**
 * Nodes that say themselves that they hold, and are better: elected, or, where the elected node
 * waits for something, sound and earlier in the order than we, or sound where we are not.
 */
function betterHolders(state: State, address: AddressState): readonly NodeId[] {
  const candidates = candidatesFor(state, address.ip);
  const elected = electedFor(state, address, candidates);
  const [own, ...peers] = candidates;
  return peers
    .filter((one) => one.holds && !isBeingReleased(state, address, one.id))
    .filter(
      (one) =>
        elected.includes(one.id) || (isSound(one) && (!isSound(own) || before(one, own) < 0)),
    )
    .map(({ id }) => id);
}

/**
 * Whether a peer has heard that we let go, and keeps the address. Two who let go for each other
 * would have to have changed their minds after each had heard that the other had: no order of
 * events does that.
 */
function knowsAndKeeps(state: State, address: AddressState, id: NodeId): boolean {
  const { ip, unwantedFrom, seen } = address;
  const peer = state.peers.get(id);
  const said = peer?.addresses.get(ip);
  if (peer === undefined || said === undefined || unwantedFrom === undefined) return false;
  if (said.possession === undefined) {
    // It was silent while it let go: that must have landed too.
    return (seen?.begunAt ?? 0) >= Math.max(noticedAt(state), landedAt(state, peer));
  }
  return peer.acknowledged >= unwantedFrom && said.wants;
}

/** When what a peer asked for before it was heard again has landed, and can be seen to have. */
const landedAt = ({ settings: { deadlineMs, settleMs } }: State, { since }: Peer): number =>
  since + deadlineMs + fenceMs + settleMs;

/**
 * exoip's frames say neither. A peer may have been letting go for us until it noticed that we are
 * not to be counted on any more; when that must have landed, a read tells whether it has.
 */
function noticedAt(state: State): number {
  const { standingAt, settings } = state;
  return standingAt + deadIntervalMs(state) + 2 * settings.deadlineMs + fenceMs;
}

/** Whether this node means to hold, or to go on holding: what its frames say. */
export function keeps(state: State, address: AddressState): boolean {
  const { self } = state.settings;
  if (electedFor(state, address).includes(self)) return true;
  const holds = address.seen?.holders.has(self) === true;
  return holds && betterHolders(state, address).length === 0;
}

/** Whether a release of ourselves that has failed, or that an earlier agent asked for, may land. */
export const mayLose = ({ now, inheritedUntil }: State, address: AddressState): boolean =>
  !address.claimed && now < Math.max(address.mayLoseUntil, inheritedUntil);

/** Whether this node stops as exoip does, and nobody has answered for a while. */
function leavesNobody(state: State): boolean {
  const { resigning, settings, now } = state;
  if (!resigning?.exit || !settings.releaseOnStop || livePeers(state).length > 0) return false;
  return now >= resigning.since + 2 * deadIntervalMs(state);
}

/** Whether a peer told that it releases a node, and no read has shown yet what came of it. */
function isBeingReleased({ settings }: State, address: AddressState, id: NodeId): boolean {
  const at = address.releasedAt.get(id);
  return at !== undefined && (address.seen?.begunAt ?? 0) < at + settings.settleMs;
}

/**
 * Whether a silent holder may be released now. One that held beside us while it was heard thinks
 * the same of us: were both to act at once, nobody would hold. So they take turns by their ids,
 * which nobody changes while they do not hear each other, again and again; who has missed its turn
 * waits for its next. Only where the cloud showed, after the other's last frame, that we did not
 * hold yet, and where it was silent when we claimed, can it not take us for a dead holder: then it
 * is released at once, since it would take our claim as a sign of life.
 */
function isTurnToRelease(state: State, address: AddressState, whom: NodeId): boolean {
  const { settings, now, group } = state;
  const peer = state.peers.get(whom);
  if (peer === undefined) return isUnknownDead(state, address);
  const untold = address.claimed && address.claim?.silent.includes(whom) === true;
  if (untold && address.withoutAt > peer.heardAt) return true;
  // It asked for nothing that we were not told of since it was heard again; exoip tells nothing.
  if (speaksExoip(state) && now < landedAt(state, peer)) return false;
  // Both count from the same moment: the last at which each was heard by the other.
  const linkedAt = peer.hears.get(settings.self) ?? peer.heardAt;
  const punctual = { ...state, latenessMs: 0 };
  const passedMs = now - linkedAt - deadIntervalMs(punctual, peer.intervalMs);
  const place = [...group].sort().indexOf(settings.self);
  const lengthMs = turnMs(punctual);
  const turn = Math.floor(passedMs / lengthMs) % group.size;
  // What is asked for late in a turn would land in the next one.
  return turn === place && passedMs % lengthMs < lengthMs - settings.deadlineMs;
}

/**
 * Whom we have not heard since a pause cannot take us for a dead holder if it must have seen that
 * we did not hold. Else there is no moment from which both count, and it is contested.
 */
function isUnknownDead(state: State, address: AddressState): boolean {
  const { now, listenUntil } = state;
  const { claim, withoutAt, ip } = address;
  const missed = claim?.unseen === true && claim.decidedAt >= listenUntil && withoutAt > -Infinity;
  return missed || now >= listenUntil + contestLimits.firstMs * (1 + placeOf(state, ip));
}

/** Time in which a better node has noticed, acted, and can be seen to have acted. */
const turnMs = (state: State): number =>
  deadIntervalMs(state) + state.settings.deadlineMs + state.settings.settleMs;

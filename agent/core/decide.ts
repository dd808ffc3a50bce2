/**
 * What to do about one address now: a pure reading of state, asked anew after every event. A
 * decision is made for the moment it is sent in and is never repeated (R1).
 */
import type { NodeId } from "../wire/advertisement.ts";
import { claim, type Decision, release, rest, type View } from "./decision.ts";
import {
  before,
  betterThanUs,
  type Candidate,
  candidatesFor,
  canServe,
  elect,
  isLeaving,
  isSound,
  speaksExoip,
} from "./elect.ts";
import { isAiling } from "./health.ts";
import { deadIntervalMs, givesWay, hears, isLive, livePeers, silent } from "./peers.ts";
import {
  isBeingReleased,
  isFresh,
  isNews,
  landedAt,
  noticedAt,
  releasingOthers,
} from "./releasing.ts";
import type { AddressState, State } from "./state.ts";

/** The least time that a healthy holder keeps the address before a better node takes it (R12). */
const minimumHoldMs = 30_000;

/** Returns within this time make the next one wait longer. */
const recentlyMs = 600_000;

/** The nodes that should hold, as far as this node can tell. */
function electedFor(
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
  return holds ? releasingOthers(view) : cautious(view, claiming(view));
}

/** Where not all instances can be looked at, a look at the group of so long ago has to do. */
const lookedMs = 10_000;

/** Who is sick, or has yet to prove that it is not, takes only what it has just seen to be free. */
function cautious({ state, address, candidates: [own] }: View, wanted: Decision): Decision {
  const looked = state.now - (address.seen?.answeredAt ?? -Infinity) <= lookedMs;
  const sure = own.healthy || isNews(state, address) || (state.zoneFailed && looked);
  if (wanted.do !== "claim" || sure) return wanted;
  return { ...rest("this node is not well; looks again", true), readNow: true };
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
  if (candidates[0].healthy && others.some((id) => elected.includes(id) && !silent(state, id))) {
    return claim("shares with its equals");
  }
  if (others.every((id) => seen?.stopped.has(id))) {
    return claim("the holder's instance is not running");
  }
  const heard = others.filter((id) => !silent(state, id));
  if (heard.length > 0) return preempting(state, address, candidates, heard);
  if (yielded !== undefined && others.includes(yielded.to)) {
    return now >= yielded.contestAt && !isAiling(state.health) && !isLeaving(state)
      ? claim("contests after the back-off")
      : rest("one that is not heard holds; stands back");
  }
  if (settings.election.method === "wish") return claim("elected by another program");
  if (others.every((id) => address.knownHolders.has(id))) {
    // Where both its heartbeats and its checks fail, it is more likely the one that is cut off.
    if (isAiling(state.health)) return rest("the holder fell silent, but this node is sick", true);
    return claim("the holder fell silent");
  }
  // The next look at the group begins to stand back from it, and to wait for a contest.
  return rest("the holder was never heard", true);
}

/** A worse node holds and is heard. */
function preempting(
  state: State,
  address: AddressState,
  candidates: View["candidates"],
  heard: readonly NodeId[],
): Decision {
  const { now, settings } = state;
  const holder = candidates.find(({ id }) => heard.includes(id));
  // The word of one that does not hear us counts too, where nobody whom it hears can do better.
  const [own, ...peers] = candidates;
  const leaves =
    canServe(own) &&
    heard.every((id) => givesWay(state, id) && !peers.some((one) => succeeds(state, one, id)));
  if (holder ? !isSound(holder) : leaves) {
    // The holder may not know yet that it holds. Of nodes that are all sick none takes over.
    if (!own.healthy) return rest("the holder gives way, but this node is no better", true);
    return claim("the holder gives way");
  }
  if (holder === undefined) return rest("the holder is heard, but not both ways", true);
  const { election } = settings;
  // Who has just started does not say yet that it holds, but the cloud does.
  if (election.method === "heartbeat" && !election.preempt) return rest("does not preempt");
  if (now < address.respectUntil) return rest("moved by hand; respected for a while");
  const returns = address.returns.filter((at) => at > now - recentlyMs).length;
  const damped = (address.movedAt ?? -Infinity) + minimumHoldMs * 2 ** Math.max(0, returns - 1);
  if (now < damped) return rest("a move came shortly before; waits");
  const delayMs = election.method === "heartbeat" ? election.preemptDelayMs : 0;
  if (now < (state.wellSince ?? now) + delayMs) return rest("preempt delay");
  // It may have taken the address just now, or be about to.
  if (betterThanUs(state, address.ip).some((id) => mayTakeUnheard(state, address, id))) {
    return rest("a better one is cut off, but alive; waits");
  }
  return claim("better in the order");
}

/** Whether a sound peer has a link with a holder that gives way, and so takes over from it. */
const succeeds = (state: State, peer: Candidate, holder: NodeId): boolean =>
  isSound(peer) && hears(state, peer.id, holder) && hears(state, holder, peer.id);

/** Whether one with which we have no link, and that lives, may take it, by its last word. */
function mayTakeUnheard(state: State, { ip }: AddressState, id: NodeId): boolean {
  const peer = state.peers.get(id);
  const said = peer?.addresses.get(ip);
  if (said === undefined || isLive(state, id) || silent(state, id)) return false;
  return peer?.healthy === true && !peer.resigning && !said.unable;
}

/** Another should hold. */
function standingBack(view: View, holds: boolean): Decision {
  const { state, address, elected, others } = view;
  // exoip's frames do not say that it is held by now: the cloud does.
  if (!holds) return rest("stands by", speaksExoip(state) && address.seen?.holders.size === 0);
  const { settings } = state;
  const better = betterHolders(state, address);
  // Our earlier agent may have asked to release the one for whom we would let go.
  const clear = (address.seen?.begunAt ?? 0) >= state.inheritedUntil + settings.settleMs;
  const heirs = better.filter((id) => others.includes(id) && knowsAndKeeps(state, address, id));
  if (clear && heirs.length > 0) {
    // One that was cut off a moment ago may have been released by a third, and not know it yet.
    const seenHolding = heirs.some((id) => seenSinceLinked(state, address, id));
    const sure = seenHolding && isNews(state, address);
    return sure ? release(settings.self, "the elected node holds") : looksAgain;
  }
  // Backups of another election tell each other nothing. Of several that hold the one with the
  // lowest id never lets go by itself, else all might at once.
  const [lowest = settings.self] = [...others].sort();
  const remains = lowest < settings.self && !isBeingReleased(state, address, lowest);
  if (clear && settings.election.method === "wish" && remains) {
    return isFresh(state, address)
      ? release(settings.self, "another holds, and another program elected it")
      : looksAgain;
  }
  // While the elected node waits for something, the dead are not left to it. Whom another program
  // elects, and whether it waits, nobody here knows.
  const elects = settings.election.method === "heartbeat";
  const dead = elects && better.length === 0 ? releasingOthers(view) : undefined;
  if (dead?.do === "release") return dead;
  const watches = others.length > 0 || elected.some((id) => isComing(view, id));
  return better.length > 0
    ? rest("lets go when the better one agrees", watches)
    : rest("holds until the elected node does", watches);
}

const looksAgain: Decision = { ...rest("another held too, looks again", true), readNow: true };

/** Whether the last look shows what came after the link with a node began, and not before it. */
function seenSinceLinked(state: State, { seen }: AddressState, id: NodeId): boolean {
  const linkedFrom = state.peers.get(id)?.linkedFrom ?? Infinity;
  return (seen?.begunAt ?? -Infinity) >= linkedFrom + state.settings.settleMs;
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

/** Whether this node means to hold, or to go on holding: what its frames say. */
export function keeps(state: State, address: AddressState): boolean {
  const { self } = state.settings;
  if (electedFor(state, address).includes(self)) return true;
  const holds = address.seen?.holders.has(self) === true;
  return holds && betterHolders(state, address).length === 0;
}

/** Whether this node stops as exoip does, and nobody has answered for a while. */
function leavesNobody(state: State): boolean {
  const { resigning, settings, now } = state;
  if (!resigning?.exit || !settings.releaseOnStop || livePeers(state).length > 0) return false;
  return now >= resigning.since + 2 * deadIntervalMs(state);
}

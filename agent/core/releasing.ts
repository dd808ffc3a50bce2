/** Whether another holder is to be released: no two may ever release each other. */
import type { NodeId } from "../wire/advertisement.ts";
import { contestLimits, landsWithinMs, leastWaitMs } from "./backoff.ts";
import { type Decision, release, rest, type View } from "./decision.ts";
import { isSound, placeOf, speaksExoip } from "./elect.ts";
import { isAiling } from "./health.ts";
import { deadIntervalMs, linked, type Peer, saysHolding, silent } from "./peers.ts";
import type { AddressState, Past, State } from "./state.ts";
import { isCloudTurn, isTurnToRelease } from "./turns.ts";

/** We hold and should; others may hold too. */
export function releasingOthers({ state, address, elected, others, candidates }: View): Decision {
  const surplus = others.filter((id) => !elected.includes(id));
  if (surplus.length === 0) return rest("holds, as elected");
  // Who is being released itself must not release the other meanwhile.
  if (isBeingReleased(state, address, state.settings.self))
    return rest("is being released; waits", true);
  // On exoip's wire who gives way is silent, and taken for dead.
  const unheard = speaksExoip(state) && !isSound(candidates[0]) && state.now < noticedAt(state);
  if (unheard || mayLose(state, address)) return rest("may be being released; waits", true);
  const due = surplus.map((whom) => releaseDue(state, address, whom)).find(Boolean);
  const sure = due?.do === "release" && isSure(state, address, due.whom);
  if (!sure && !isFresh(state, address)) {
    return { ...rest("holds; another held too, looks again", true), readNow: due !== undefined };
  }
  return due ?? rest("holds; another holds too", true);
}

/** Nobody lets go, nor is released, upon what was read long ago. */
export const isFresh = ({ now, settings }: State, { seen }: AddressState): boolean =>
  now - (seen?.begunAt ?? -Infinity) <= 2 * settings.settleMs;

/** Whether the cloud answered just now, however long that took. */
export const isNews = ({ now, settings }: State, { seen }: AddressState): boolean =>
  now - (seen?.answeredAt ?? -Infinity) <= 2 * settings.settleMs;

/** Whether another holder that should not hold is to be released now, and why. */
function releaseDue(state: State, address: AddressState, whom: NodeId): Decision | undefined {
  const { now, settings } = state;
  const dead = isDead(state, address, whom);
  const { claim, yielded } = address;
  // What was claimed long ago says nothing about what the other has asked for since.
  const contests = claimedAfter(address, yielded?.contestAt ?? Infinity) && isRecent(state, claim);
  // Who held beside it may be contested by it at the same time.
  // Who ails, and hears nobody, is more likely the one that is cut off.
  const isFit = !isAiling(state.health);
  const isUp = yielded?.to === whom && now >= yielded.contestAt && isFit;
  const contested = isUp && (contests || isCloudTurn(state));
  if (isStopped(state, address, whom) || (dead && isFit) || contested) {
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
  const said = peer?.addresses.get(address.ip);
  const inheritsUntil = (peer?.since ?? now) + landsWithinMs(settings);
  const unsure = said?.possession === "claiming" && now < inheritsUntil;
  if (peer !== undefined && linked(state, peer) && !unsure) {
    if (peer.resigning) return release(whom, "resigned and still holds");
    if (!peer.healthy) return release(whom, "sick and still holds");
    if (!saysHolding(state, address.ip, whom)) {
      // Who lets go, and has been told of its release, says that it may be about to lose it.
      const inVain = said?.possession === "claiming" && !said.wants;
      return inVain ? release(whom, "lets go in vain") : release(whom, "holds unawares");
    }
    const letsGo = said?.wants === false && now > peer.since + turns * turnMs(state);
    if (letsGo) return release(whom, "lets go in vain");
  }
  const wins = wished && address.wish && address.yielded === undefined;
  return wins ? release(whom, "not elected and still holds") : undefined;
}

const claimedAfter = ({ claimed, claim }: AddressState, at: number): boolean =>
  claimed && claim !== undefined && claim.decidedAt >= at;

/** Before it was stopped it may have asked to release us, if we held: that has to have landed. */
function isStopped({ now, settings }: State, address: AddressState, whom: NodeId): boolean {
  const stoppedAt = address.seen?.stopped.get(whom) ?? Infinity;
  return claimedAfter(address, stoppedAt) || now >= stoppedAt + landsWithinMs(settings);
}

/**
 * Whether a silent node cannot take us for a dead holder: the cloud showed, after its last frame,
 * that we did not hold yet, and it was silent when we claimed. One that lives stands back from us,
 * and contests us later: what we ask for has to have landed, and to have been read, before that.
 */
function isUntold(state: State, { claim, withoutAt }: AddressState, whom: NodeId): boolean {
  const heardAt = state.peers.get(whom)?.heardAt ?? Infinity;
  if (claim === undefined || !claim.silent.includes(whom)) return false;
  const contestAt = claim.decidedAt + leastWaitMs(contestLimits);
  const readAt = state.now + landsWithinMs(state.settings) + 3 * state.settings.settleMs;
  return heardAt < Math.min(claim.decidedAt, withoutAt) && readAt < contestAt;
}

/**
 * Whether a look that took long shows all the same that we still hold beside a dead node: that one
 * cannot have released us meanwhile, since it cannot take us for dead, or since it was our turn.
 */
function isSure(state: State, address: AddressState, whom: NodeId): boolean {
  const begun = { ...state, now: address.seen?.begunAt ?? -Infinity };
  const powerless = isStopped(state, address, whom) || isUntold(state, address, whom);
  return isNews(state, address) && (powerless || isTurnToRelease(begun, whom));
}

const isRecent = ({ now, settings }: State, claim: AddressState["claim"]): boolean =>
  claim !== undefined && now < claim.decidedAt + landsWithinMs(settings);

/**
 * Whether a silent holder may be released now. One that held beside us while it was heard thinks
 * the same of us: there are turns for that. One that cannot take us for a dead holder is released
 * at once, since it would take our claim as a sign of life until it contests us.
 */
function isDead(state: State, address: AddressState, whom: NodeId): boolean {
  if (!silent(state, whom) || !address.knownHolders.has(whom)) return false;
  const peer = state.peers.get(whom);
  const { claim, withoutAt } = address;
  if (peer === undefined) {
    // Whom we have not heard since a pause must have seen that we did not hold.
    const missed = claim?.unseen === true && claim.decidedAt >= state.listenUntil;
    return (missed && withoutAt > -Infinity) || isTurnToRelease(state, whom);
  }
  if (isUntold(state, address, whom)) return true;
  // It asked for nothing that we were not told of since it was heard again; exoip tells nothing,
  // neither that nor whom it took the address from.
  const since = Math.max(peer.since, address.movedAt ?? -Infinity);
  if (speaksExoip(state) && state.now < landedAt(state, { since })) return false;
  return isTurnToRelease(state, whom);
}

/**
 * exoip's frames do not say who lets go. A peer may have been doing so for us until it noticed that
 * we are not to be counted on any more; when that must have landed, a read tells whether it has.
 */
export function noticedAt(state: State): number {
  const { standingAt, settings } = state;
  return standingAt + deadIntervalMs(state) + landsWithinMs(settings);
}

/** When what a peer asked for before it was heard again has landed, and can be seen to have. */
export const landedAt = ({ settings }: State, { since }: Pick<Peer, "since">): number =>
  since + landsWithinMs(settings) + settings.settleMs;

/** Whether a peer told that it releases a node, and no read has shown yet what came of it. */
export const isBeingReleased = (state: State, address: AddressState, id: NodeId): boolean =>
  isUnseen(state, address, address.releaseLandsAt.get(id));

/**
 * Whether we may be about to lose the address, or have lost it unseen: by a release of a peer, by
 * one of our own that has failed, or by what an earlier agent asked for.
 */
export function mayLose(state: State, address: AddressState): boolean {
  const own = Math.max(address.mayLoseUntil, state.inheritedUntil);
  return (
    isBeingReleased(state, address, state.settings.self) ||
    (!address.claimed && isUnseen(state, address, own))
  );
}

const isUnseen = ({ settings }: State, { seen }: AddressState, landsAt = -Infinity): boolean =>
  (seen?.begunAt ?? -Infinity) < landsAt + settings.settleMs;

/** What the next agent of this node may know of this one, were it to end now. */
export function pastOf({ now, inheritedUntil, addresses, settings }: State): Past {
  const all = [...addresses.values()];
  const mayLand = all.some(
    ({ request, mayLoseUntil, releaseLandsAt }) =>
      request?.kind === "release" ||
      now < mayLoseUntil ||
      [...releaseLandsAt.values()].some((at) => now < at),
  );
  if (mayLand || now < inheritedUntil) return "unknown";
  const letGo = all.some(({ ended }) => ended?.kind === "release" && ended.whom === settings.self);
  return letGo ? "let go" : "in order";
}

/** Time in which a better node has noticed, acted, and can be seen to have acted. */
const turnMs = (state: State): number =>
  deadIntervalMs(state) + state.settings.deadlineMs + state.settings.settleMs;

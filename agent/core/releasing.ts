/** Whether another holder is to be released: no two may ever release each other. */
import type { NodeId } from "../wire/advertisement.ts";
import { landsWithinMs } from "./backoff.ts";
import { type Decision, release, rest, type View } from "./decision.ts";
import { isSound, placeOf, speaksExoip } from "./elect.ts";
import { contestLimits } from "./observe.ts";
import { deadIntervalMs, linked, type Peer, saysHolding, silent } from "./peers.ts";
import type { AddressState, State } from "./state.ts";

/** We hold and should; others may hold too. */
export function releasingOthers({ state, address, elected, others, candidates }: View): Decision {
  const { now, settings } = state;
  const surplus = others.filter((id) => !elected.includes(id));
  if (surplus.length === 0) return rest("holds, as elected");
  // Who is being released itself must not release the other meanwhile.
  const loses = address.releasedAt.get(settings.self) ?? -Infinity;
  if (now < loses + landsWithinMs(settings)) {
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
export const isFresh = ({ now, settings }: State, { seen }: AddressState): boolean =>
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
  const stopped = after || now >= stoppedAt + landsWithinMs(settings);
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
  const said = peer?.addresses.get(address.ip);
  const inheritsUntil = (peer?.since ?? now) + landsWithinMs(settings);
  const unsure = said?.possession === "claiming" && now < inheritsUntil;
  if (peer !== undefined && linked(state, peer) && !unsure) {
    if (peer.resigning) return release(whom, "resigned and still holds");
    if (!peer.healthy) return release(whom, "sick and still holds");
    if (!saysHolding(state, address.ip, whom)) return release(whom, "holds unawares");
    const letsGo = said?.wants === false && now > peer.since + turns * turnMs(state);
    if (letsGo) return release(whom, "lets go in vain");
  }
  const wins = wished && address.wish && address.yielded === undefined;
  return wins ? release(whom, "not elected and still holds") : undefined;
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
  const punctual = { ...state, latenessMs: 0 };
  // A link that works one way only looks whole on exoip's wire, and then no moment is the same.
  if (speaksExoip(state) && state.cloudClock !== undefined) {
    return isCloudTurn(state, state.cloudClock, turnMs(punctual), settings.deadlineMs);
  }
  // Both count from the same moment: the last at which each was heard by the other.
  const linkedAt = peer.hears.get(settings.self) ?? peer.heardAt;
  const passedMs = now - linkedAt - deadIntervalMs(punctual, peer.intervalMs);
  const lengthMs = turnMs(punctual);
  const turn = Math.floor(passedMs / lengthMs) % group.size;
  // What is asked for late in a turn would land in the next one.
  return turn === placeById(state) && passedMs % lengthMs < lengthMs - settings.deadlineMs;
}

/** A place that no node's health or silence changes. */
const placeById = ({ group, settings }: State): number => [...group].sort().indexOf(settings.self);

/**
 * Whom we have not heard since a pause cannot take us for a dead holder if it must have seen that
 * we did not hold. Else it is contested, and there is no moment of ours from which both count: it
 * may have slept as long, and woken with us. So the cloud's clock gives the turns.
 */
function isUnknownDead(state: State, address: AddressState): boolean {
  const { now, listenUntil, settings, cloudClock } = state;
  const { claim, withoutAt } = address;
  const missed = claim?.unseen === true && claim.decidedAt >= listenUntil && withoutAt > -Infinity;
  if (missed) return true;
  if (cloudClock === undefined) {
    return now >= listenUntil + contestLimits.firstMs * (1 + placeById(state));
  }
  const landsMs = landsWithinMs(settings) + settings.settleMs;
  const isTurn = isCloudTurn(state, cloudClock, 2 * landsMs, landsMs);
  return isTurn && now >= listenUntil + contestLimits.firstMs;
}

/** Answers are dated to the second, and come late. */
const cloudClockErrorMs = 2_000;

/** Whether it is our turn by the cloud's clock, and early enough for what lands so much later. */
function isCloudTurn(
  state: State,
  { aheadMs }: NonNullable<State["cloudClock"]>,
  turnMs: number,
  landsMs: number,
): boolean {
  const lengthMs = turnMs + 2 * cloudClockErrorMs;
  const cloudMs = state.now + aheadMs;
  const turn = Math.floor(cloudMs / lengthMs) % state.group.size;
  const passedMs = cloudMs % lengthMs;
  const untilMs = lengthMs - landsMs - cloudClockErrorMs;
  return turn === placeById(state) && passedMs >= cloudClockErrorMs && passedMs < untilMs;
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
export const landedAt = ({ settings }: State, { since }: Peer): number =>
  since + landsWithinMs(settings) + settings.settleMs;

/** Whether a release of ourselves that has failed, or that an earlier agent asked for, may land. */
export const mayLose = ({ now, inheritedUntil }: State, address: AddressState): boolean =>
  !address.claimed && now < Math.max(address.mayLoseUntil, inheritedUntil);

/**
 * Whether a release that this agent has asked for, or an earlier one, may land after its end: if
 * not, the next agent of this node need not wait for it.
 */
export const endsInOrder = ({ now, inheritedUntil, addresses }: State): boolean =>
  now >= inheritedUntil &&
  [...addresses.values()].every(
    ({ request, mayLoseUntil, releasedAt }) =>
      request?.kind !== "release" &&
      now >= mayLoseUntil &&
      // What peers told has been; what nothing is known of is yet to be.
      [...releasedAt.values()].every((at) => now >= at),
  );

/** Time in which a better node has noticed, acted, and can be seen to have acted. */
const turnMs = (state: State): number =>
  deadIntervalMs(state) + state.settings.deadlineMs + state.settings.settleMs;

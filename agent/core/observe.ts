/**
 * What a read of the cloud means (R4, R5, R13). A read begun too soon after our own request is no
 * contradiction of it, only "not yet"; a move by another needs two reads, or one and its own word.
 */
import type { NodeId } from "../wire/advertisement.ts";
import { type Backoff, contestLimits, freshBackoff, landsWithinMs, waitAfter } from "./backoff.ts";
import { calmMs, isLeaving, isWell, placeOf } from "./elect.ts";
import { deadIntervalMs, deniesHolding, linked, saysHolding, silent } from "./peers.ts";
import { isBeingReleased } from "./releasing.ts";
import { roleAfter } from "./roles.ts";
import type { AddressState, Note, Observation, Read, State } from "./state.ts";

const againMs = 500;

/** The state of one address after a read; `notes` takes what is worth telling. */
export function afterRead(
  state: State,
  before: AddressState,
  read: Read,
  notes: Note[],
): AddressState {
  const { self } = state.settings;
  const holders = read.holders.get(before.ip) ?? new Set<NodeId>();
  // What a read under way saw of a request under way tells nothing.
  if (before.request !== undefined || read.begunAt < before.requestEndedAt) {
    return again(state, before);
  }
  const settled = read.begunAt >= before.requestEndedAt + state.settings.settleMs;
  if (!settled && contradicts(before.ended, holders)) return again(state, before);
  const held = before.seen?.holders ?? new Set<NodeId>();
  // A read may show what was before the one that showed us without it, and nothing gave it to us.
  const regained = holders.has(self) && !held.has(self) && !before.claimed;
  if (regained && read.begunAt < before.withoutAt + state.settings.settleMs) {
    return again(state, before);
  }
  const calm = state.now - before.requestEndedAt > calmMs;
  const failingSince = calm ? undefined : before.failingSince;
  if (read.scope === "self") {
    if (holders.has(self) !== held.has(self)) return { ...again(state, before), doubted: true };
    return { ...before, failingSince, withAt: holders.has(self) ? read.begunAt : before.withAt };
  }
  const first = before.seen === undefined;
  const appeared = [...holders].filter(
    (id) => id !== self && !held.has(id) && !before.newcomers.has(id),
  );
  const doubtful = first
    ? []
    : appeared.filter(
        (id) =>
          state.group.has(id) && !before.suspects.has(id) && !saysItself(state, before.ip, id),
      );
  if (doubtful.length > 0) {
    return again(state, { ...before, suspects: new Set([...before.suspects, ...appeared]) });
  }
  const { scope, begunAt } = read;
  const stopped = new Map(
    [...read.stopped].map((id) => [id, before.seen?.stopped.get(id) ?? begunAt] as const),
  );
  const answeredAt = state.now;
  const seen: Observation = { scope, holders, stopped, begunAt, answeredAt };
  return settle(state, { ...before, failingSince }, seen, first ? [] : appeared, notes);
}

/** Whether a read denies what the cloud has confirmed: then it shows what was before. */
function contradicts(ended: AddressState["ended"], holders: ReadonlySet<NodeId>): boolean {
  if (ended === undefined || !ended.done) return false;
  return holders.has(ended.whom) !== (ended.kind === "claim");
}

const again = (state: State, address: AddressState): AddressState => ({
  ...address,
  observeAt: Math.min(address.observeAt, state.now + againMs),
});

/** Whether a node that is heard says itself that it holds. */
const saysItself = (state: State, ip: string, id: NodeId): boolean =>
  state.peers.get(id)?.addresses.get(ip)?.possession !== undefined &&
  saysHolding(state, ip, id) &&
  !silent(state, id);

/** What follows from a read that is believed. */
function settle(
  state: State,
  before: AddressState,
  seen: Observation,
  appeared: readonly NodeId[],
  notes: Note[],
): AddressState {
  const { now, settings } = state;
  const { self } = settings;
  const { holders, begunAt } = seen;
  const was = before.seen?.holders;
  const holds = holders.has(self);
  const gained = holds && was?.has(self) !== true;
  const same = was?.size === holders.size && [...was].every((id) => holders.has(id));
  const others = [...holders].filter((id) => id !== self);
  const known = others.filter((id) => isKnown(state, before, id, appeared.includes(id)));
  const { ended, requestEndedAt } = before;
  const letGo = ended?.whom === self && ended.kind === "release" && now < requestEndedAt + calmMs;
  // A holder that we did not put there, and that nobody claimed to be, was put there by hand.
  const byHand =
    (gained && !before.claimed && was !== undefined && !letGo) ||
    appeared.some((id) => !silent(state, id) && !isClaimer(state, before.ip, id));
  if (!same) notes.push({ kind: "holders", ip: before.ip, holders: [...holders] });
  if (gained && before.claimed && before.claim !== undefined) {
    const { heardAt, decidedAt, answeredAt } = before.claim;
    notes.push({
      kind: "moved",
      ip: before.ip,
      detectMs: heardAt === undefined ? undefined : decidedAt - heardAt,
      claimMs: answeredAt - decidedAt,
      confirmMs: now - answeredAt,
    });
  }
  const newcomers = new Map([...before.newcomers].filter(([, joinedAt]) => joinedAt > begunAt));
  const observed = before.role === "init" ? "observed" : "seen-not-holding";
  return {
    ...before,
    seen,
    newcomers,
    suspects: new Set(),
    doubted: newcomers.size > 0,
    withAt: holds ? begunAt : before.withAt,
    withoutAt: holds ? before.withoutAt : begunAt,
    role: roleAfter(before.role, holds ? "seen-holding" : observed),
    knownHolders: new Set(known),
    formerHolders: new Set(
      [...before.formerHolders, ...(was ?? [])].filter((id) => id !== self && !holders.has(id)),
    ),
    releaseLandsAt: releasesDue(before, self, holds),
    claimed: before.claimed && holds,
    // What all must have seen as it was decided tells nothing of a hold that comes about later.
    claim: holds ? before.claim : before.claim && { ...before.claim, unseen: false },
    // Who comes to know a holder cannot tell since when it holds.
    movedAt: same || (was === undefined && others.length === 0) ? before.movedAt : now,
    // Who failed to let go has not come back.
    returns: gained && !letGo ? [...before.returns, now].slice(-16) : before.returns,
    respectUntil: byHand ? now + settings.respectMs : before.respectUntil,
    ...yieldAfter(state, before, appeared, holders),
  };
}

/** Whether a holder is known as one: it was before, it is heard, or it had told of it. */
function isKnown(state: State, before: AddressState, id: NodeId, appeared: boolean): boolean {
  if (before.knownHolders.has(id) || (appeared && hadTold(state, before, id))) return true;
  const peer = state.peers.get(id);
  return peer !== undefined && linked(state, peer) && !deniesHolding(state, before.ip, id);
}

/** A release that we were told of while we held, and that took the address, cannot do so again. */
function releasesDue({ seen, releaseLandsAt }: AddressState, self: NodeId, holds: boolean) {
  if (holds || !seen?.holders.has(self)) return releaseLandsAt;
  return new Map([...releaseLandsAt].filter(([id]) => id !== self));
}

const isClaimer = (state: State, ip: string, id: NodeId): boolean => {
  const possession = state.peers.get(id)?.addresses.get(ip)?.possession;
  return possession !== "none" && possession !== "given";
};

/** A silent node that took the address is alive: we stand back from it, and contest late (R5). */
function yieldAfter(
  state: State,
  before: AddressState,
  appeared: readonly NodeId[],
  holders: ReadonlySet<NodeId>,
): Pick<AddressState, "yielded" | "contest"> {
  const { yielded, contest } = before;
  const { self } = state.settings;
  const others = [...holders].filter((id) => id !== self && state.group.has(id));
  // So is one that took our own hold away while we could not hear it, unless it had told us before.
  const told = isBeingReleased(state, before, self) && isWell(state) && !isLeaving(state);
  const lost = before.seen?.holders.has(self) === true && !holders.has(self) && !told;
  const untold = (id: NodeId): boolean => silent(state, id) && !hadTold(state, before, id);
  // That it takes the address itself it may have told; that it released us it has not.
  const took = (id: NodeId): boolean => (appeared.includes(id) ? untold(id) : silent(state, id));
  const taker = others.find((id) => (lost || appeared.includes(id)) && took(id));
  // A silent holder that we have never known as one is no dead one either (R10). One that held
  // beside us before a pause may take us for the dead one.
  const elects = state.settings.election.method === "heartbeat";
  const paused = before.seen === undefined && holders.has(self);
  const stranger = others.find(
    (id) => elects && (paused || !before.knownHolders.has(id)) && untold(id),
  );
  const to = taker ?? stranger;
  // Who takes our own hold away, when we might contest it, shows anew that it lives.
  const anew = lost && yielded !== undefined && state.now >= yielded.contestAt;
  if (to !== undefined && (yielded?.to !== to || anew)) {
    // One that held beside whom we stood back from has been given as long.
    const waited = taker === undefined && before.seen?.holders.has(to) === true;
    if (yielded !== undefined && waited) {
      return { yielded: { to, contestAt: yielded.contestAt }, contest };
    }
    return contestFrom(state, lost ? before : { ...before, contest: untried(state, before) }, to);
  }
  const over = yielded !== undefined && !others.includes(yielded.to);
  if (!over) return { yielded, contest };
  return { yielded: undefined, contest: lost ? contest : untried(state, before) };
}

/**
 * The next wait, where the one under way ends before it is over: nothing was contested, so it is no
 * longer than that one. Where links come and go a node stands back from many, one after the other.
 */
function untried({ now }: State, { yielded, contest }: AddressState): Backoff {
  if (yielded === undefined || now >= yielded.contestAt) return contest;
  return { nextMs: Math.max(contestLimits.firstMs, contest.nextMs / 2) };
}

/**
 * Whether a silent node had told that it claims or holds, and no read since could have shown that:
 * then it died after its claim, and its hold is no sign of life. What one told that did not hear us
 * is no word of a peer: it takes us for dead.
 */
function hadTold(state: State, address: AddressState, id: NodeId): boolean {
  const { ip, seen, formerHolders } = address;
  const peer = state.peers.get(id);
  const said = peer?.addresses.get(ip);
  if (peer === undefined || (said?.possession ?? "none") === "none") return false;
  const heardUs = peer.hears.get(state.settings.self) ?? -Infinity;
  if (heardUs < peer.heardAt - deadIntervalMs(state, peer.intervalMs)) return false;
  const { settleMs } = state.settings;
  // Who says so as it holds is not sure that it keeps it, and has asked for nothing.
  const isAsking = said?.possession === "claiming" && said.role !== "master";
  if (!isAsking && formerHolders.has(id)) return false;
  const landsMs = isAsking ? landsWithinMs(state.settings) : settleMs;
  return (seen?.begunAt ?? Infinity) < peer.heardAt + landsMs;
}

/** Starts, or starts again, to wait before contesting; worse places in the order wait longer. */
export function contestFrom(
  state: State,
  address: AddressState,
  to: NodeId,
): Pick<AddressState, "yielded" | "contest"> {
  const { waitMs, backoff } = waitAfter(address.contest, contestLimits, state.random);
  const contestAt = state.now + waitMs * (1 + placeOf(state, address.ip));
  return { yielded: { to, contestAt }, contest: backoff };
}

/** Peers that are heard again both ways end the waiting (R5). */
export const withoutYield = (address: AddressState): AddressState =>
  address.yielded === undefined && address.contest.nextMs === contestLimits.firstMs
    ? address
    : { ...address, yielded: undefined, contest: freshBackoff(contestLimits) };

/**
 * What a read of the cloud means (R4, R5, R13). A read begun too soon after our own request is no
 * contradiction of it, only "not yet"; a move by another needs two reads, or one and its own word.
 */
import { freshBackoff, waitAfter } from "./backoff.ts";
import type { NodeId } from "./frame.ts";
import { silent } from "./peers.ts";
import { roleAfter } from "./roles.ts";
import type { AddressState, Observation, State } from "./state.ts";

/** First wait of a contest, and the longest (R5). */
export const contestLimits = { firstMs: 60_000, maxMs: 3_600_000 };

/** How long a move by a person is respected (R13). */
const respectMs = 60_000;

export function afterObservation(
  state: State,
  before: AddressState,
  read: Observation,
): AddressState {
  const self = state.settings.self;
  const address = { ...before, observing: false };
  if (read.begunAt < before.requestEndedAt) return again(state, address);
  const settled = read.begunAt >= before.requestEndedAt + state.settings.settleMs;
  if (!settled && contradicts(before.ended, read)) return again(state, address);
  const held = before.seen?.holders ?? new Set<NodeId>();
  const appeared = [...read.holders].filter((id) => id !== self && !held.has(id));
  const first = before.seen === undefined;
  const doubtful = first
    ? []
    : appeared.filter((id) => !before.suspects.has(id) && !says(state, before.name, id));
  if (doubtful.length > 0) {
    return again(state, { ...address, suspects: new Set([...before.suspects, ...appeared]) });
  }
  const next = { ...address, seen: read, suspects: new Set<NodeId>() };
  return settle(state, before, next, first ? [] : appeared);
}

/** Whether a read denies what the cloud has confirmed: then it shows what was before. */
function contradicts(ended: AddressState["ended"], { holders }: Observation): boolean {
  if (ended === undefined || !ended.done) return false;
  return holders.has(ended.whom) !== (ended.kind === "claim");
}

const again = (state: State, address: AddressState): AddressState => ({
  ...address,
  observeAt: Math.min(address.observeAt, state.now + 500),
});

/** Whether a node says itself that it holds. */
const says = (state: State, name: string, id: NodeId): boolean =>
  state.peers.get(id)?.frame.addresses.some((one) => one.name === name && one.holds) === true &&
  !silent(state, id);

/** What follows from a read that is believed. */
function settle(
  state: State,
  before: AddressState,
  next: AddressState,
  appeared: readonly NodeId[],
): AddressState {
  const self = state.settings.self;
  const holds = next.seen?.holders.has(self) === true;
  const held = before.seen?.holders.has(self) === true;
  const changed = before.seen !== undefined && !sameHolders(before, next);
  const others = [...(next.seen?.holders ?? [])].filter((id) => id !== self);
  const known = new Set([
    ...[...before.knownHolders].filter((id) => others.includes(id)),
    ...others.filter((id) => !silent(state, id)),
  ]);
  const role = roleAfter(
    next.role,
    holds ? "seen-holding" : next.role === "init" ? "observed" : "seen-not-holding",
  );
  // A holder that we did not put there, and that nobody claimed to be, was put there by hand.
  const byHand =
    (holds && !held && !before.claimed && before.seen !== undefined) ||
    appeared.some((id) => !silent(state, id) && !claims(state, before.name, id));
  return {
    ...next,
    role,
    knownHolders: known,
    claimed: before.claimed && holds,
    movedAt: changed ? state.now : before.movedAt,
    returns: holds && !held ? [...before.returns, state.now].slice(-16) : before.returns,
    respectUntil: byHand ? state.now + respectMs : before.respectUntil,
    ...yieldAfter(state, before, appeared, others),
  };
}

const sameHolders = (a: AddressState, b: AddressState): boolean => {
  const [one, other] = [a.seen?.holders, b.seen?.holders];
  return one?.size === other?.size && [...(one ?? [])].every((id) => other?.has(id));
};

const claims = (state: State, name: string, id: NodeId): boolean =>
  state.peers.get(id)?.frame.addresses.some((one) => one.name === name && one.claimed) === true;

/** A silent node that took the address is alive: we stand back from it, and contest late (R5). */
function yieldAfter(
  state: State,
  before: AddressState,
  appeared: readonly NodeId[],
  others: readonly NodeId[],
): Pick<AddressState, "yielded" | "contest"> {
  const taker = appeared.find((id) => silent(state, id));
  // A holder that we have never heard since our start is no dead one either (R10).
  const stranger =
    before.seen === undefined
      ? others.find((id) => silent(state, id) && !before.knownHolders.has(id))
      : undefined;
  const to = taker ?? stranger;
  if (to !== undefined && before.yielded?.to !== to) return contestFrom(state, before, to);
  if (before.yielded !== undefined && !others.includes(before.yielded.to)) {
    return { yielded: undefined, contest: before.contest };
  }
  return { yielded: before.yielded, contest: before.contest };
}

/** Starts, or starts again, to wait before contesting; worse places in the order wait longer. */
export function contestFrom(
  state: State,
  address: AddressState,
  to: NodeId,
): Pick<AddressState, "yielded" | "contest"> {
  const place = state.settings.addresses.find(({ name }) => name === address.name)?.rank ?? 0;
  const { waitMs, backoff } = waitAfter(address.contest, contestLimits, state.random);
  return { yielded: { to, contestAt: state.now + waitMs * (1 + place) }, contest: backoff };
}

/** Peers that are heard again both ways end the waiting (R5). */
export const withoutYield = (address: AddressState): AddressState =>
  address.yielded === undefined
    ? address
    : { ...address, yielded: undefined, contest: freshBackoff(contestLimits) };

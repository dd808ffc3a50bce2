/** From decisions to effects: one change an address at a time, and reads when they are due. */

import type { NodeId } from "../wire/advertisement.ts";
import { announce, isTold, knows, tell, toldUntil } from "./announce.ts";
import { type BackoffLimits, fenceMs, freshBackoff, landsWithinMs, waitAfter } from "./backoff.ts";
import { decide } from "./decide.ts";
import type { Decision } from "./decision.ts";
import { speaksExoip } from "./elect.ts";
import { contestFrom } from "./observe.ts";
import { silent } from "./peers.ts";
import { read, scopeWanted } from "./reading.ts";
import type { AddressState, Effect, Request, Scope, State } from "./state.ts";

/** Waits while requests fail, short at first, since the address may be lost (R16). */
export const retryLimits = (failingMs = 0, maxMs = 5_000): BackoffLimits => ({
  firstMs: 250,
  maxMs: failingMs < 10_000 ? 1_000 : maxMs,
});

/** With many addresses the API is asked for so many changes at once. */
const requestsMax = 8;

/** Looks at every address once and gives the state after, with what is to be done. */
export function act(state: State): { state: State; effects: Effect[] } {
  const effects: Effect[] = [];
  const wanted = new Set<Scope>();
  let current = state;
  for (const ip of state.addresses.keys()) {
    const before = current.addresses.get(ip);
    if (before === undefined) continue;
    const decision = decide(current, before);
    const address = remember(current, before, decision, effects);
    const asked = request(current, address, decision, effects);
    current =
      asked.address === before
        ? asked.state
        : { ...asked.state, addresses: new Map(current.addresses).set(ip, asked.address) };
    const scope = scopeWanted(current, asked.address, decision);
    if (scope !== undefined) wanted.add(scope);
  }
  const order: readonly Scope[] = ["zone", "group", "self"];
  const scope = order.find((one) => wanted.has(one));
  if (scope === undefined || current.reading || current.now < current.readAfter) {
    return { state: current, effects };
  }
  const also = outsiders(current);
  effects.push({ type: "observe", scope, also });
  return { state: read(current, scope, also.length), effects };
}

/** Holders outside the group are looked at with it, for as long as they hold. */
const outsiders = ({ addresses, group }: State): readonly NodeId[] => [
  ...new Set(
    ([] as NodeId[]).concat(
      ...[...addresses.values()].map(({ seen }) =>
        [...(seen?.holders ?? [])].filter((id) => !group.has(id)),
      ),
    ),
  ),
];

/** Why, as it stands alone in `status`: what is said of the one to be released is of another. */
const reasonOf = (self: NodeId, decision: Decision): string =>
  decision.do === "release" && decision.whom !== self
    ? `releases the other: ${decision.why}`
    : decision.why;

/** Keeps why, and since when the cloud is not as it should be. */
function remember(
  { now, calls, settings }: State,
  address: AddressState,
  decision: Decision,
  effects: Effect[],
): AddressState {
  const reason = reasonOf(settings.self, decision);
  if (address.reason !== reason) {
    const { ip } = address;
    effects.push({ type: "note", note: { kind: "reason", ip, text: reason } });
  }
  const differs = decision.do !== "nothing" || decision.differs;
  const differsSince = differs ? (address.differsSince ?? now) : undefined;
  const readNow = decision.do === "nothing" && decision.readNow === true;
  const same = address.reason === reason && address.differsSince === differsSince;
  if (same && !readNow) return address;
  const begins = differs && address.differsSince === undefined;
  const soon = readNow || begins;
  // What is about to be changed is read after that; and an answer that showed nothing new is not
  // asked for again at once.
  const againAt = begins ? now : Math.max(now, (calls[calls.length - 1] ?? now) + 250);
  const soonAt = decision.do === "nothing" ? againAt : now + 500;
  const observeAt = soon ? Math.min(address.observeAt, soonAt) : address.observeAt;
  return { ...address, differsSince, observeAt, reason };
}

/** Sends what was decided, if nothing else is under way and the last outcome was read (R2, R4). */
function request(
  state: State,
  address: AddressState,
  decision: Decision,
  effects: Effect[],
): { state: State; address: AddressState } {
  const { now, settings } = state;
  if (decision.do === "nothing") return { state, address };
  const underWay = [...state.addresses.values()].filter((one) => one.request !== undefined);
  const informed = (address.seen?.begunAt ?? -Infinity) >= address.requestEndedAt;
  const free = address.request === undefined && now >= address.actAt && informed;
  if (!free || underWay.length >= requestsMax) return { state, address };
  const { ip } = address;
  const fenceAt = now + settings.deadlineMs + fenceMs;
  const whom = decision.do === "claim" ? settings.self : decision.whom;
  if (!knows(state, address, whom)) return announce(state, address, whom);
  const sent: Request = { kind: decision.do, whom, sentAt: now, fenceAt };
  const { do: what, why } = decision;
  // Others must know at once what we are about to change.
  const told = { ...state, advertiseAt: now };
  effects.push({ type: "note", note: { kind: "request", ip, what, whom, why } });
  if (what === "claim") {
    effects.push({ type: "claim", ip, fenceAt });
    const { yielded } = address;
    const contested = yielded !== undefined && now >= yielded.contestAt;
    const isRetry = address.failingSince !== undefined;
    // Whom we contest is released as soon as our own hold is seen; what doubles is the next wait,
    // once for all that this contest tries.
    const contest =
      contested && !isRetry ? contestFrom(state, address, yielded.to).contest : address.contest;
    const next = { ...address, contest, request: sent, claim: claimOf(state, address) };
    return { state: told, address: next };
  }
  effects.push({ type: "release", ip, whom, fenceAt });
  const next = { ...address, request: sent, announced: undefined };
  if (whom === settings.self) return { state: told, address: next };
  const landsAt = fenceAt + settings.deadlineMs;
  const say = address.announced?.whom === whom && isTold(state, ip, whom) ? toldUntil : tell;
  return { state: say(told, ip, whom, landsAt), address: next };
}

/** From when the old holder was silent, as far as there was one. */
function claimOf(state: State, address: AddressState): AddressState["claim"] {
  const times = [...(address.seen?.holders ?? [])].map((id) => state.peers.get(id)?.heardAt ?? 0);
  const heardAt = Math.max(0, ...times);
  const known = address.withoutFrom ?? Infinity;
  const { now, settings } = state;
  // Nobody acts upon a read older than two settle times, which may show what was before by one;
  // then what it asked for lands, and our own release had to.
  const landsMs = 3 * (settings.settleMs + settings.deadlineMs) + fenceMs;
  const unseen = now >= address.withAt + landsMs;
  // exoip cannot say what it has heard.
  const told = unseen || !speaksExoip(state);
  // Who was silent before the first of a row of claims, and is so since, has heard of none of them.
  const { silent: were = [], decidedAt = -Infinity } = address.claim ?? {};
  const mute = [...state.peers]
    .filter(([id]) => silent(state, id))
    .filter(
      ([id, { acknowledged, heardAt }]) =>
        (told && acknowledged >= known) || (were.includes(id) && heardAt < decidedAt),
    )
    .map(([id]) => id);
  return { silent: mute, unseen, heardAt: heardAt || undefined, decidedAt: now, answeredAt: now };
}

const endedBy = ({ request }: AddressState, done: boolean): AddressState["ended"] =>
  request === undefined ? undefined : { kind: request.kind, whom: request.whom, done };

/** Who is letting go is nobody in whose favour another may let go. */
export const isLettingGo = ({ settings }: State, { request }: AddressState): boolean =>
  request?.kind === "release" && request.whom === settings.self;

/**
 * Who has let go, or may have, does not say that it holds until a read shows that: another might
 * let go in its favour.
 */
function withoutReleased(state: State, address: AddressState): AddressState {
  if (!isLettingGo(state, address)) return address;
  const { seen } = address;
  const holders = new Set([...(seen?.holders ?? [])].filter((id) => id !== state.settings.self));
  return { ...address, claimed: false, seen: seen && { ...seen, holders } };
}

/**
 * When nodes were released, after a request of which nothing is known, or that was answered by an
 * error: the fence ends what can begin, and what has begun may take one more deadline.
 */
export function releasedUnknown({ settings }: State, { request, releaseLandsAt }: AddressState) {
  if (request?.kind !== "release" || request.whom === settings.self) return releaseLandsAt;
  return new Map(releaseLandsAt).set(request.whom, request.fenceAt + settings.deadlineMs);
}

/** An error is no proof that nothing was released; what has begun may take one more deadline. */
export const mayLoseUntil = (state: State, address: AddressState): number =>
  isLettingGo(state, address)
    ? (address.request?.sentAt ?? state.now) + landsWithinMs(state.settings)
    : address.mayLoseUntil;

/** Nor is an error a proof that nothing was claimed. */
export const mayGainUntil = (state: State, { request, mayGainUntil }: AddressState): number =>
  request?.kind === "claim" ? request.sentAt + landsWithinMs(state.settings) : mayGainUntil;

/** The address after a request has failed, with the wait before the next decision. */
export function afterFailure(state: State, address: AddressState, retryAfterMs = 0): AddressState {
  const failingMs = state.now - (address.failingSince ?? state.now);
  const { waitMs, backoff } = waitAfter(address.retry, retryLimits(failingMs), state.random);
  return {
    ...withoutReleased(state, address),
    mayLoseUntil: mayLoseUntil(state, address),
    mayGainUntil: mayGainUntil(state, address),
    releaseLandsAt: releasedUnknown(state, address),
    request: undefined,
    ended: endedBy(address, false),
    requestEndedAt: state.now,
    failingSince: address.failingSince ?? address.request?.sentAt,
    retry: backoff,
    actAt: state.now + Math.max(waitMs, retryAfterMs),
    observeAt: state.now,
  };
}

export const afterSuccess = (state: State, address: AddressState): AddressState => ({
  ...withoutReleased(state, address),
  ...(address.request?.kind === "claim" && { claimed: true }),
  claim: address.claim && { ...address.claim, answeredAt: state.now },
  request: undefined,
  ended: endedBy(address, true),
  requestEndedAt: state.now,
  failingSince: undefined,
  retry: freshBackoff(retryLimits()),
  observeAt: state.now,
});

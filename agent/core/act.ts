/** From decisions to effects: one change an address at a time, and reads when they are due. */

import type { NodeId } from "../wire/advertisement.ts";
import { type BackoffLimits, fenceMs, freshBackoff, landsWithinMs, waitAfter } from "./backoff.ts";
import { decide } from "./decide.ts";
import type { Decision } from "./decision.ts";
import { speaksExoip } from "./elect.ts";
import { contestFrom } from "./observe.ts";
import { lateAt, livePeers, partedAt, silent } from "./peers.ts";
import type { AddressState, Effect, Request, Scope, State } from "./state.ts";

/** Waits while requests fail, short at first, since the address may be lost (R16). */
export const retryLimits = (failingMs = 0, maxMs = 5_000): BackoffLimits => ({
  firstMs: 250,
  maxMs: failingMs < 10_000 ? 1_000 : maxMs,
});

/** With many addresses the API is asked for so many changes at once. */
const requestsMax = 8;

/**
 * Periods of looking at ourselves, and at the whole group, while all is well. A read is a call for
 * each node it looks at; a holder may make 400 an hour, a backup 60 for each node (I6). Of two
 * nodes nobody but the holder sees in time that a person made the other one a holder too.
 */
function periods(state: State, { seen, yielded, movedAt, wish }: AddressState) {
  const { settings, group } = state;
  const nodes = group.size;
  const outside = [...(seen?.holders ?? [])].some((id) => !group.has(id));
  const holds = seen?.holders.has(settings.self) === true;
  // What is left alone for now is looked at more often than what is well.
  const restless = { selfMs: 30_000, groupMs: 30_000 };
  if (outside || yielded !== undefined) return restless;
  if (seen !== undefined && holds) {
    if (nodes <= 2) return { selfMs: 18_000, groupMs: 18_000 };
    if (settings.election.method === "wish" && !wish) return restless;
    // What another had asked for when the address moved, or as it took us for dead, is looked for
    // once it has landed: it may have died since, and then tells nobody.
    const landsMs = landsWithinMs(settings);
    const isNew = seen.begunAt < Math.max(movedAt ?? -Infinity, partedAt(state)) + landsMs;
    const soon = isNew || hearsBetter(state);
    return { selfMs: 10_000, groupMs: soon ? landsMs : 90_000 * (nodes - 1) };
  }
  return nodes <= 2
    ? { selfMs: 45_000, groupMs: 180_000 }
    : { selfMs: 24_000, groupMs: (3_600_000 * nodes) / (60 * nodes - 150) };
}

/** On exoip's wire a better node speaks beside a holder only where it holds too, or may. */
const hearsBetter = (state: State): boolean =>
  speaksExoip(state) && livePeers(state).some(([, { priority }]) => priority < state.priority);

/** While wish and cloud differ: how long after that began, and the period until then (R16). */
const patience = [
  { untilMs: 10_000, periodMs: 500 },
  { untilMs: 30_000, periodMs: 1_000 },
];
const patientPeriodMs = 5_000;
/**
 * Calls in any minute after which a node is patient, and even where a holder is late; and for each
 * node of the group, of which at least three count, those after which it is more so.
 */
const callsMax = { patient: 50, late: 80, ofNode: 28 };

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
  return { state: read(current, scope), effects };
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

/** Keeps why, and since when the cloud is not as it should be. */
function remember(
  { now, calls }: State,
  address: AddressState,
  decision: Decision,
  effects: Effect[],
): AddressState {
  if (address.reason !== decision.why) {
    const { ip } = address;
    effects.push({ type: "note", note: { kind: "reason", ip, text: decision.why } });
  }
  const differs = decision.do !== "nothing" || decision.differs;
  const differsSince = differs ? (address.differsSince ?? now) : undefined;
  const readNow = decision.do === "nothing" && decision.readNow === true;
  const same = address.reason === decision.why && address.differsSince === differsSince;
  if (same && !readNow) return address;
  const begins = differs && address.differsSince === undefined;
  const soon = readNow || begins;
  // What is about to be changed is read after that; and an answer that showed nothing new is not
  // asked for again at once.
  const againAt = begins ? now : Math.max(now, (calls[calls.length - 1] ?? now) + 250);
  const soonAt = decision.do === "nothing" ? againAt : now + 500;
  const observeAt = soon ? Math.min(address.observeAt, soonAt) : address.observeAt;
  return { ...address, differsSince, observeAt, reason: decision.why };
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
  const sent: Request = { kind: decision.do, whom, sentAt: now, fenceAt };
  const { do: what, why } = decision;
  // Others must know at once what we are about to change.
  const told = { ...state, advertiseAt: now };
  effects.push({ type: "note", note: { kind: "request", ip, what, whom, why } });
  if (what === "claim") {
    effects.push({ type: "claim", ip, fenceAt });
    const { yielded } = address;
    const contested = yielded !== undefined && now >= yielded.contestAt;
    // Whom we contest is released as soon as our own hold is seen; what doubles is the next wait.
    const contest = contested ? contestFrom(state, address, yielded.to).contest : address.contest;
    const next = { ...address, contest, request: sent, claim: claimOf(state, address) };
    return { state: told, address: next };
  }
  effects.push({ type: "release", ip, whom, fenceAt });
  const next = { ...address, request: sent };
  if (whom === settings.self) return { state: told, address: next };
  const count = (state.releases[0]?.count ?? 0) + 1;
  const releases = [{ whom, ip, count }, ...state.releases].slice(0, 4);
  return { state: { ...told, releases }, address: next };
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

/** Whether so much was asked lately that the next read can wait. */
function isTired({ calls, group, now }: State, most: number, informed: boolean): boolean {
  const recent = calls.filter((at) => at > now - 60_000);
  // In a large group one read is many calls.
  const nodes = Math.max(3, group.size);
  const spent = recent.length >= callsMax.ofNode * nodes;
  const calmMs = spent ? 15_000 : Math.max(patientPeriodMs, 1_200 * nodes);
  // What we have changed ourselves is read soon all the same.
  const periodMs = informed ? calmMs : spent ? 3_000 : 0;
  return recent.length >= most && now < (recent[recent.length - 1] ?? now) + periodMs;
}

/** How widely to read for this address now, if at all. */
function scopeWanted(state: State, address: AddressState, decision: Decision): Scope | undefined {
  const { now } = state;
  // While a request is under way a read would show what was before.
  if (now < address.observeAt || address.request !== undefined) return undefined;
  if (decision.do === "nothing" && decision.look === "zone") return "zone";
  const { seen, doubted, differsSince, requestEndedAt } = address;
  const informed = seen !== undefined && seen.begunAt >= requestEndedAt;
  // What we have changed ourselves is read at once, and so is the cloud when a holder is late.
  const late = lateAt(state, address) ?? Infinity;
  const known = now < late || (seen?.begunAt ?? 0) >= late;
  const most = known ? callsMax.patient : callsMax.late;
  if (isTired(state, most, informed)) return undefined;
  const calm = informed && !doubted && differsSince === undefined;
  return calm && now - seen.begunAt < periods(state, address).groupMs ? "self" : "group";
}

/** A read is begun: addresses that it cannot miss need no other one for their period. */
function read(state: State, scope: Scope): State {
  const { now, group, settings } = state;
  const calls = [
    ...state.calls.filter((at) => at > now - 60_000),
    ...Array.from({ length: scope === "self" ? 1 : group.size }, () => now),
  ];
  const reading = { scope, until: now + settings.deadlineMs + 1_000 };
  const addresses = [...state.addresses].map(([ip, address]): [string, AddressState] => {
    if (address.request !== undefined) return [ip, address];
    // A look at ourselves, for another address, does not put off this one's look at the group.
    const groupDueAt = (address.seen?.begunAt ?? now) + periods(state, address).groupMs;
    const groupAt = scope === "self" && groupDueAt > now ? groupDueAt : Infinity;
    return [ip, { ...address, observeAt: Math.min(now + periodOf(state, address), groupAt) }];
  });
  return { ...state, reading, calls, addresses: new Map(addresses) };
}

function periodOf(state: State, address: AddressState): number {
  const { now, group } = state;
  const { differsSince } = address;
  if (differsSince === undefined) return periods(state, address).selfMs;
  const phase = patience.find(({ untilMs }) => now - differsSince < untilMs);
  // In a large group one read is many calls.
  const calls = Math.max(1, group.size / 2);
  return calls * (phase?.periodMs ?? Math.max(patientPeriodMs / calls, 2_000));
}

/** What was read may make the next read due earlier than was planned as it was begun. */
export const planned = (state: State, address: AddressState): AddressState => ({
  ...address,
  observeAt: Math.min(address.observeAt, state.now + periodOf(state, address)),
});

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
export function releasedUnknown({ settings }: State, { request, releasedAt }: AddressState) {
  if (request?.kind !== "release" || request.whom === settings.self) return releasedAt;
  return new Map(releasedAt).set(request.whom, request.fenceAt + settings.deadlineMs);
}

/** An error is no proof that nothing was released; what has begun may take one more deadline. */
export const mayLoseUntil = (state: State, address: AddressState): number =>
  isLettingGo(state, address)
    ? (address.request?.sentAt ?? state.now) + landsWithinMs(state.settings)
    : address.mayLoseUntil;

/** The address after a request has failed, with the wait before the next decision. */
export function afterFailure(state: State, address: AddressState, retryAfterMs = 0): AddressState {
  const failingMs = state.now - (address.failingSince ?? state.now);
  const { waitMs, backoff } = waitAfter(address.retry, retryLimits(failingMs), state.random);
  return {
    ...withoutReleased(state, address),
    mayLoseUntil: mayLoseUntil(state, address),
    releasedAt: releasedUnknown(state, address),
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

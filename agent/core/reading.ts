/** When the cloud is read, and how widely: seldom, and at once when it matters (I6). */
import { landsWithinMs } from "./backoff.ts";
import type { Decision } from "./decision.ts";
import { speaksExoip } from "./elect.ts";
import { lateAt, livePeers, partedAt } from "./peers.ts";
import type { AddressState, Scope, State } from "./state.ts";

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
  const wishes = settings.election.method === "wish" && wish;
  // Who follows another election is told by nobody that the address it stands back from is free.
  if (yielded !== undefined && wishes) return { selfMs: 15_000, groupMs: 15_000 };
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
/** Calls in any minute after which a node is patient, and even where a holder is late. */
const callsMax = { patient: 50, late: 80 };
/**
 * Calls in any minute for each node of the group, of which at least three count, after which it is
 * more so: then what came of its own changes waits too, at last for long. The bound is 40.
 */
const callsOfNode = { spent: 26, worn: 33 };

/** Whether so much was asked lately that the next read can wait. */
function isTired(state: State, most: number, informed: boolean): boolean {
  const { calls, group, addresses, now } = state;
  const recent = calls.filter((at) => at > now - 60_000);
  // In a large group one read is many calls, and each address has changes of its own.
  const ofNode = recent.length / (Math.max(3, group.size) + (addresses.size - 1) / 2);
  const isSpent = ofNode >= callsOfNode.spent;
  const calmMs = Math.max(isSpent ? 15_000 : patientPeriodMs, 1_200 * group.size);
  // What we have changed ourselves is read soon all the same.
  const changedMs = ofNode >= callsOfNode.worn ? 10_000 : isSpent ? 3_000 : 0;
  const periodMs = informed ? calmMs : changedMs;
  return recent.length >= most && now < (recent[recent.length - 1] ?? now) + periodMs;
}

/**
 * When a read can show what came of requests that may land late: releases that peers told of, our
 * own requests that are known to have failed, or of which nothing is known, and those of an earlier
 * agent.
 */
function landings({ settings, inheritedUntil }: State, address: AddressState): readonly number[] {
  const { releaseLandsAt, mayLoseUntil, mayGainUntil } = address;
  const times = [...releaseLandsAt.values(), mayLoseUntil, mayGainUntil, inheritedUntil];
  return times.map((at) => at + settings.settleMs);
}

/** A look at the group that is due so soon is made now, instead of one at ourselves before it. */
const soonMs = 500;

/** How widely to read for this address now, if at all. */
export function scopeWanted(
  state: State,
  address: AddressState,
  decision: Decision,
): Scope | undefined {
  const { now } = state;
  // While a request is under way a read would show what was before.
  if (now < address.observeAt || address.request !== undefined) return undefined;
  if (decision.do === "nothing" && decision.look === "zone") return "zone";
  const { seen, doubted, differsSince, requestEndedAt, ended } = address;
  const dueAt = landings(state, address).filter((at) => at <= now);
  const seenAfter = (...times: readonly number[]) =>
    seen !== undefined && seen.begunAt >= Math.max(...times, ...dueAt);
  // What we have changed ourselves is read at once, and so is the cloud when a holder is late.
  const late = lateAt(state, address) ?? Infinity;
  const known = now < late || (seen?.begunAt ?? 0) >= late;
  const most = known ? callsMax.patient : callsMax.late;
  // A turn is short, and so is the time for which a release is announced.
  const urgent = decision.do === "nothing" && decision.readNow === true;
  const informed = ended?.told ? seenAfter() : seenAfter(requestEndedAt);
  if (isTired(state, most, informed && !urgent)) return undefined;
  const calm = seenAfter(requestEndedAt) && !doubted && differsSince === undefined;
  const isDue = now + soonMs >= (seen?.begunAt ?? -Infinity) + periods(state, address).groupMs;
  return calm && !isDue ? "self" : "group";
}

/**
 * A read is begun: addresses that it cannot miss need no other one for their period.
 * @param outsiders how many instances outside the group are looked at with the group
 */
export function read(state: State, scope: Scope, outsiders: number): State {
  const { now, group, settings } = state;
  const calls = [
    ...state.calls.filter((at) => at > now - 60_000),
    ...Array.from({ length: scope === "self" ? 1 : group.size + outsiders }, () => now),
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

/** Until the next read, unless something happens; what may land is looked for when it must have. */
function periodOf(state: State, address: AddressState): number {
  const next = landings(state, address).filter((at) => at > state.now);
  return Math.min(pacedMs(state, address), ...next.map((at) => at - state.now));
}

function pacedMs(state: State, address: AddressState): number {
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

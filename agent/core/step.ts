/**
 * The one way in and the one way out: `step(state, event, now)` gives the state after an event and
 * what the shell is to do. There is no clock, socket, timer or random source in here.
 */
import type { NodeId } from "../wire/advertisement.ts";
import { act, afterFailure, afterSuccess, retryLimits } from "./act.ts";
import { toldUntil } from "./announce.ts";
import { freshBackoff, nextRandom, pollAfter, pollMs, waitAfter } from "./backoff.ts";
import { isWell } from "./elect.ts";
import { afterTry, isHealthy } from "./health.ts";
import { heard } from "./heard.ts";
import { afterRead, withoutYield } from "./observe.ts";
import { afterPause, cloudClockAfter } from "./pause.ts";
import { deadIntervalMs, isLive, lateAt, livePeers, punctualMs } from "./peers.ts";
import { planned } from "./reading.ts";
import { advertise } from "./report.ts";
import { roleAfter } from "./roles.ts";
import type { AddressState, Effect, Event, Note, Outcome, State } from "./state.ts";

export function step(state: State, event: Event, now: number): { state: State; effects: Effect[] } {
  const awake = { ...state, latenessMs: 0 };
  const pausedMs = now - state.now;
  const paused = pausedMs > deadIntervalMs(awake);
  const moved = { ...state, now: Math.max(now, state.now), random: nextRandom(state.random) };
  const effects: Effect[] = paused
    ? [{ type: "abandon" }, note({ kind: "paused", ms: pausedMs })]
    : [];
  const handled = handle(paused ? afterPause(moved) : moved, event, effects);
  const acted = act(withStanding(expire(handled, effects)));
  const ended = resignation(acted.state);
  const told = advertise(ended.state);
  return {
    state: told.state,
    effects: [
      ...effects,
      ...acted.effects,
      ...ended.effects,
      ...told.effects,
      ...changes(state, told.state),
    ],
  };
}

function withStanding(state: State): State {
  const { now, priority, maintenance, resigning } = state;
  const standing = [priority, isWell(state), maintenance, resigning !== undefined].join();
  return standing === state.standing ? state : { ...state, standing, standingAt: now };
}

const note = (what: Note): Effect => ({ type: "note", note: what });

function handle(state: State, event: Event, effects: Effect[]): State {
  const { now } = state;
  switch (event.type) {
    case "tick":
      return { ...state, latenessMs: Math.max(0, now - state.advertiseAt) };
    case "frame":
      return heard(state, event.from, event.frame, effects);
    case "group":
      return regrouped(state, event.members);
    case "observed": {
      const { cloudClock, sleptMs } = cloudClockAfter(state, event.cloudAheadMs);
      if (sleptMs > 0) {
        effects.push({ type: "abandon" }, note({ kind: "paused", ms: sleptMs }));
        return { ...afterPause(state), cloudClock };
      }
      const notes: Note[] = [];
      const read = each(state, (address) =>
        planned(state, afterRead(state, address, event, notes)),
      );
      effects.push(...notes.map(note));
      return { ...read, ...readable, cloudClock, zoneFailed: false };
    }
    case "observe-failed":
      return readFailed(state, event.retryAfterMs);
    case "requested":
      return requested(state, event, effects);
    case "check":
      return checked(state, event.index, event.good, event.why);
    case "wish":
      return update(state, event.ip, (address) =>
        event.master && !address.wish
          ? afterEdge(state, address)
          : { ...address, wish: event.master },
      );
    case "advertise":
      return { ...state, advertiseAt: now };
    case "look":
      return each(state, (address) => ({ ...address, observeAt: now, doubted: true }));
    case "maintenance":
      return { ...state, maintenance: event.on, advertiseAt: now };
    case "handover":
      return handover(state, event.exit);
    case "priority":
      return { ...state, priority: event.priority, advertiseAt: now };
  }
}

/** Who joins is looked at now. */
function regrouped(state: State, members: readonly NodeId[]): State {
  const group = new Set([...members, state.settings.self]);
  const joined = members.filter((id) => !state.group.has(id));
  // Who has left is forgotten.
  const peers = new Map([...state.peers].filter(([id]) => group.has(id)));
  const known = { ...state, group, peers, aloneUntil: state.now };
  if (joined.length === 0) return known;
  return each(known, (address) => ({
    ...address,
    newcomers: new Map(
      [...address.newcomers, ...joined.map((id) => [id, state.now] as const)].filter(([id]) =>
        group.has(id),
      ),
    ),
    observeAt: state.now,
    doubted: true,
  }));
}

/** The same state where no address changes: most events change none. */
function each(state: State, change: (address: AddressState) => AddressState): State {
  let addresses: Map<string, AddressState> | undefined;
  for (const [ip, address] of state.addresses) {
    const next = change(address);
    if (next === address) continue;
    addresses = addresses ?? new Map(state.addresses);
    addresses.set(ip, next);
  }
  return addresses === undefined ? state : { ...state, addresses };
}

const update = (state: State, ip: string, change: (address: AddressState) => AddressState): State =>
  each(state, (address) => (address.ip === ip ? change(address) : address));

/**
 * Another program elects us now: that is news of who lives, which no read of before can deny. What
 * the others hold by now is no move against us.
 */
const afterEdge = (state: State, address: AddressState): AddressState => ({
  ...withoutYield(address),
  wish: true,
  // The other is given its turns from now on.
  differsSince: undefined,
  newcomers: new Map([...state.group].map((id) => [id, state.now])),
  observeAt: state.now,
  doubted: true,
});

const readable = {
  reading: undefined,
  readRetry: freshBackoff(retryLimits()),
  apiFailingSince: undefined,
};

/** A read that fails is no change that fails: until one is answered nothing can be decided. */
const readMaxMs = 3_000;

function readFailed(state: State, retryAfterMs = 0): State {
  const { now, reading, apiFailingSince } = state;
  const limits = retryLimits(now - (apiFailingSince ?? now), readMaxMs);
  const { waitMs, backoff } = waitAfter(state.readRetry, limits, state.random);
  const failed = each(state, (address) => ({ ...address, observeAt: now }));
  return {
    ...failed,
    reading: undefined,
    readAfter: Math.max(state.readAfter, now + Math.max(waitMs, retryAfterMs)),
    readRetry: backoff,
    apiFailingSince: apiFailingSince ?? now,
    zoneFailed: state.zoneFailed || reading?.scope === "zone",
  };
}

function requested(
  state: State,
  event: Extract<Event, { type: "requested" }>,
  effects: Effect[],
): State {
  const { ip, outcome, why } = event;
  return update(withCalls(withLanded(state, ip, outcome), ip), ip, (address) => {
    const { request } = address;
    if (request === undefined) return address;
    const { kind: what, whom, sentAt } = request;
    const tookMs = state.now - sentAt;
    effects.push(note({ kind: "answer", ip, what, whom, outcome, tookMs, why }));
    // What is not known is known when the fence has passed and the cloud was read (R2).
    if (outcome === "unknown") return address;
    return outcome === "done"
      ? afterSuccess(state, address)
      : afterFailure(state, address, event.retryAfterMs);
  });
}

/** A release that is done is told of until everybody that is heard has heard it. */
function withLanded(state: State, ip: string, outcome: Outcome): State {
  const request = state.addresses.get(ip)?.request;
  if (outcome !== "done" || request?.kind !== "release") return state;
  // Who lets go upon what it read then has to have heard of it.
  const lastsMs = Math.max(deadIntervalMs(state), 3 * state.settings.settleMs);
  return toldUntil(state, ip, request.whom, state.now + lastsMs);
}

/** What a request came to is asked again and again, and these are calls too (I6). */
function withCalls(state: State, ip: string): State {
  const { kind = "claim", sentAt = state.now } = state.addresses.get(ip)?.request ?? {};
  const calls = [...state.calls];
  const next = (at: number): number => at + pollAfter(pollMs[kind], at - sentAt);
  for (let at = sentAt; at < state.now; at = next(at)) calls.push(state.now);
  return { ...state, calls };
}

/**
 * Two successors may fail one after the other before the old holder gives up giving away (R11). How
 * late it was itself just now makes neither of them slower.
 */
function handover(state: State, exit: boolean): State {
  // Who stops hands over already.
  if (state.resigning?.exit === true && !exit) return state;
  const { now, settings } = state;
  const until = now + 2 * (punctualMs(state) + settings.deadlineMs) + 5_000;
  const given = each(state, (address) =>
    exit ? address : { ...address, respectUntil: until + settings.respectMs },
  );
  return { ...given, resigning: { since: now, until, exit }, advertiseAt: now };
}

function checked(state: State, index: number, good: boolean, why: string | undefined): State {
  const { now } = state;
  const health = afterTry(state.health, index, good, why);
  const [was, is] = [isHealthy(state.health), isHealthy(health)];
  if (was === is) return { ...state, health };
  const wellSince = is ? now : undefined;
  const illnesses = is ? state.illnesses : [...state.illnesses, now].slice(-8);
  const turned = each(state, (address) => ({
    ...address,
    role: roleAfter(address.role, is ? "well" : "sick"),
  }));
  return { ...turned, health, wellSince, illnesses, advertiseAt: now };
}

/** Requests whose fence has passed can no longer take effect; the cloud says what came of them. */
function expire(state: State, effects: Effect[]): State {
  const { reading, now } = state;
  const late = reading !== undefined && now >= reading.until;
  const next = each(late ? readFailed(state) : state, (address) => {
    if (address.request === undefined || now < address.request.fenceAt) {
      return preRead(state, address);
    }
    const { kind: what, whom, sentAt } = address.request;
    const said = { outcome: "unknown", tookMs: now - sentAt, why: "no answer" } as const;
    effects.push(note({ kind: "answer", ip: address.ip, what, whom, ...said }));
    return afterFailure(state, address);
  });
  return next;
}

/**
 * A holder that is late is looked at before it is dead: the connection is warm then, and it is
 * known that we did not hold while it still spoke (see `isTurnToRelease`).
 */
function preRead(state: State, address: AddressState): AddressState {
  const { seen, observeAt, doubted } = address;
  const at = lateAt(state, address);
  // Who doubts already reads as soon as another read can be believed.
  if (doubted || at === undefined || state.now < at || (seen?.begunAt ?? 0) >= at) return address;
  return { ...address, observeAt: Math.min(observeAt, state.now), doubted: true };
}

/** Ends a resignation: nothing is held any more, or nobody has taken it in time. */
function resignation(state: State): { state: State; effects: Effect[] } {
  const { resigning, now, settings } = state;
  if (resigning === undefined) return { state, effects: [] };
  const holding = [...state.addresses.values()].some(
    ({ seen, request, requestEndedAt }) =>
      request !== undefined ||
      // Who has not read the cloud may hold, for all that it knows.
      seen === undefined ||
      seen.holders.has(settings.self) ||
      // What the last request came to has not been read yet.
      seen.begunAt < requestEndedAt,
  );
  // A peer that is only late would have taken over.
  const listened = now >= Math.max(state.listenUntil, resigning.since + 2 * deadIntervalMs(state));
  const alone = resigning.exit && livePeers(state).length === 0 && listened;
  // A request under way would land after the program that knows of it.
  const asks = [...state.addresses.values()].some(({ request }) => request !== undefined);
  const waits = asks || (holding && now < resigning.until && (!alone || settings.releaseOnStop));
  if (waits) return { state, effects: [] };
  if (resigning.exit) return { state, effects: [{ type: "exit" }] };
  return { state: { ...state, resigning: undefined }, effects: [] };
}

/** What came about in one step, for the log. */
function changes(before: State, after: State): Effect[] {
  const notes: Note[] = [];
  for (const [ip, { role }] of after.addresses) {
    const from = before.addresses.get(ip)?.role ?? role;
    if (from !== role) notes.push({ kind: "role", ip, from, to: role });
  }
  for (const node of after.peers.keys()) {
    const alive = isLive(after, node);
    if (alive !== isLive(before, node)) notes.push({ kind: "peer", node, alive });
  }
  const [was, is] = [isHealthy(before.health), isHealthy(after.health)];
  const why = after.health.find(({ healthy }) => !healthy)?.reason ?? "";
  if (was !== is) notes.push({ kind: "health", healthy: is, why });
  return notes.map(note);
}

/** When the shell has to step again, if nothing happens before. */
export function nextDeadline(state: State): number {
  const { now, advertiseAt, listenUntil, aloneUntil, readAfter, reading, resigning } = state;
  let first = advertiseAt;
  const later = (at: number | undefined): void => {
    if (at !== undefined && at > now && at < first) first = at;
  };
  later(listenUntil);
  later(aloneUntil);
  later(reading?.until);
  later(resigning?.until);
  for (const address of state.addresses.values()) {
    const { request, observeAt, actAt, yielded, respectUntil } = address;
    if (request === undefined) later(Math.max(observeAt, readAfter));
    else first = Math.min(first, request.fenceAt);
    later(actAt);
    later(yielded?.contestAt);
    later(respectUntil);
    later(lateAt(state, address));
  }
  for (const { heardAt, intervalMs } of state.peers.values()) {
    later(heardAt + deadIntervalMs(state, intervalMs) + 1);
  }
  return first;
}

/**
 * The one way in and the one way out: `step(state, event, now)` gives the state after an event and
 * what the shell is to do. There is no clock, socket, timer or random source in here.
 */
import { act, afterFailure, afterSuccess, nextRandom, retryLimits } from "./act.ts";
import { freshBackoff } from "./backoff.ts";
import { candidatesFor } from "./elect.ts";
import type { Frame } from "./frame.ts";
import { afterTry, freshHealth, isHealthy } from "./health.ts";
import { afterObservation, contestLimits, withoutYield } from "./observe.ts";
import { linked, peerAfter } from "./peers.ts";
import { roleAfter } from "./roles.ts";
import {
  type AddressState,
  deadIntervalMs,
  type Effect,
  type Event,
  type Settings,
  type State,
} from "./state.ts";

/** @param random in (0, 1), from which all jitter follows */
export function start(settings: Settings, now: number, random: number): State {
  const dead = settings.deadRatio * settings.intervalMs;
  return {
    settings,
    now,
    health: freshHealth(settings.checks),
    maintenance: false,
    resigning: undefined,
    wellSince: settings.checks.length === 0 ? now : undefined,
    peers: new Map(),
    group: new Set([settings.self]),
    addresses: new Map(settings.addresses.map(({ name }) => [name, freshAddress(name, now)])),
    sequence: 0,
    advertiseAt: now,
    listenUntil: now + dead,
    latenessMs: 0,
    releases: [],
    random,
  };
}

const freshAddress = (name: string, now: number): AddressState => ({
  name,
  role: "init",
  seen: undefined,
  suspects: new Set(),
  knownHolders: new Set(),
  request: undefined,
  ended: undefined,
  requestEndedAt: Number.NEGATIVE_INFINITY,
  claimed: false,
  yielded: undefined,
  contest: freshBackoff(contestLimits),
  observing: false,
  observeAt: now,
  actAt: now,
  retry: freshBackoff(retryLimits),
  failingSince: undefined,
  differsSince: undefined,
  movedAt: undefined,
  returns: [],
  respectUntil: Number.NEGATIVE_INFINITY,
  reason: "",
});

export function step(state: State, event: Event, now: number): { state: State; effects: Effect[] } {
  const paused = now - state.now > state.settings.deadRatio * state.settings.intervalMs;
  const moved = { ...state, now: Math.max(now, state.now), random: nextRandom(state.random) };
  const base = paused ? afterPause(moved) : moved;
  const effects: Effect[] = paused ? [{ type: "abandon" }] : [];
  const handled = handle(base, event, effects);
  const timed = expire(handled);
  const acted = act(timed);
  const ended = resignation(acted.state);
  const advertised = advertise(ended.state);
  return {
    state: advertised.state,
    effects: [...effects, ...acted.effects, ...ended.effects, ...advertised.effects],
  };
}

/** After a pause nothing that was known holds: listen a dead interval, then look (I4, R15). */
function afterPause(state: State): State {
  const { now } = state;
  const addresses = [...state.addresses].map(([name, address]): [string, AddressState] => [
    name,
    {
      ...address,
      role: roleAfter(address.role, "paused"),
      seen: undefined,
      suspects: new Set(),
      // What was under way may still land until its fence.
      request: undefined,
      ended: undefined,
      requestEndedAt: now,
      actAt: Math.max(address.actAt, address.request?.fenceAt ?? now),
      observing: false,
      observeAt: now,
      claimed: false,
    },
  ]);
  return {
    ...state,
    peers: new Map(),
    latenessMs: 0,
    listenUntil: now + state.settings.deadRatio * state.settings.intervalMs,
    addresses: new Map(addresses),
  };
}

function handle(state: State, event: Event, effects: Effect[]): State {
  switch (event.type) {
    case "tick":
      return { ...state, latenessMs: Math.max(0, state.now - state.advertiseAt) };
    case "frame":
      return heard(state, event.frame, effects);
    case "group":
      return { ...state, group: new Set([...event.members, state.settings.self]) };
    case "observed":
      return update(state, event.address, (address) => {
        const next = afterObservation(state, address, event.observation);
        const calm = state.now - next.requestEndedAt > 10_000;
        return calm ? { ...next, failingSince: undefined } : next;
      });
    case "observe-failed":
      return update(state, event.address, (address) => ({
        ...afterFailure(state, { ...address, observing: false, request: undefined }),
        requestEndedAt: address.requestEndedAt,
        request: address.request,
        observeAt: state.now + Math.min(retryLimits.maxMs, address.retry.nextMs),
      }));
    case "requested":
      return update(state, event.address, (address) => {
        if (address.request === undefined || event.outcome === "unknown") return address;
        return event.outcome === "done"
          ? afterSuccess(state, address)
          : afterFailure(state, address);
      });
    case "check":
      return checked(state, event.index, event.good, event.why);
    case "maintenance":
      return { ...state, maintenance: event.on };
    case "handover":
      return { ...state, resigning: { until: state.now + handoverMs(state), exit: event.exit } };
    case "rank": {
      const addresses = state.settings.addresses.map((one) =>
        one.name === event.address ? { ...one, rank: event.rank } : one,
      );
      return { ...state, settings: { ...state.settings, addresses } };
    }
  }
}

/** Two successors may fail one after the other before the old holder gives up giving away (R11). */
const handoverMs = (state: State): number =>
  2 * (deadIntervalMs(state) + state.settings.deadlineMs) + 5_000;

function update(
  state: State,
  name: string,
  change: (address: AddressState) => AddressState,
): State {
  const address = state.addresses.get(name);
  if (address === undefined) return state;
  return { ...state, addresses: new Map(state.addresses).set(name, change(address)) };
}

function heard(state: State, frame: Frame, effects: Effect[]): State {
  const { now, settings } = state;
  if (frame.from === settings.self || !state.group.has(frame.from)) return state;
  const before = state.peers.get(frame.from);
  // More frames than our clock has time for: it was we who slept (R15).
  const slept =
    before !== undefined &&
    frame.sequence - before.sequence > (now - before.heardAt) / settings.intervalMs + 20;
  if (slept) effects.push({ type: "abandon" });
  const awake = slept ? afterPause(state) : state;
  const peer = peerAfter(frame, now);
  const next = { ...awake, peers: new Map(awake.peers).set(frame.from, peer) };
  const addresses = [...next.addresses].map(([name, address]): [string, AddressState] => {
    const theirs = frame.addresses.find((one) => one.name === name);
    const seen = address.seen?.holders.has(frame.from) ?? false;
    const released = frame.releases.some(
      ({ whom, address: which, count }) =>
        whom === settings.self &&
        which === name &&
        !before?.frame.releases.some((old) => old.count >= count),
    );
    const holds = theirs?.holds ?? false;
    const told = before?.frame.addresses.find((one) => one.name === name)?.holds ?? false;
    const stale = now - (address.seen?.begunAt ?? 0) > doubtMs;
    const news = released || holds !== told || (holds !== seen && stale);
    const calmed =
      address.yielded?.to === frame.from && linked(next, peer) ? withoutYield(address) : address;
    const known =
      seen && theirs?.holds ? new Set([...calmed.knownHolders, frame.from]) : calmed.knownHolders;
    const ended = released
      ? {
          ended: { kind: "release", whom: settings.self, done: true } as const,
          requestEndedAt: now,
        }
      : {};
    const observeAt = news ? Math.min(calmed.observeAt, now + 200) : calmed.observeAt;
    return [name, { ...calmed, ...ended, knownHolders: known, observeAt }];
  });
  return { ...next, addresses: new Map(addresses) };
}

/** A frame that contradicts our last read makes us read again, but not at every frame. */
const doubtMs = 5_000;

function checked(state: State, index: number, good: boolean, why: string | undefined): State {
  const health = afterTry(state.health, index, good, why);
  const [was, is] = [isHealthy(state.health), isHealthy(health)];
  if (was === is) return { ...state, health };
  const addresses = [...state.addresses].map(([name, address]): [string, AddressState] => [
    name,
    { ...address, role: roleAfter(address.role, is ? "well" : "sick") },
  ]);
  const wellSince = is ? state.now : undefined;
  return { ...state, health, wellSince, addresses: new Map(addresses), advertiseAt: state.now };
}

/** Requests whose fence has passed can no longer take effect; the cloud says what came of them. */
function expire(state: State): State {
  const addresses = [...state.addresses].map(([name, address]): [string, AddressState] => {
    const over = address.request !== undefined && state.now >= address.request.fenceAt;
    return [name, over ? afterFailure(state, address) : address];
  });
  return { ...state, addresses: new Map(addresses) };
}

/** Ends a resignation: nothing is held any more, or nobody has taken it in time. */
function resignation(state: State): { state: State; effects: Effect[] } {
  if (state.resigning === undefined) return { state, effects: [] };
  const holding = [...state.addresses.values()].some(
    ({ seen, request }) => request !== undefined || seen?.holders.has(state.settings.self),
  );
  if (holding && state.now < state.resigning.until) return { state, effects: [] };
  if (state.resigning.exit) return { state, effects: [{ type: "exit" }] };
  return { state: { ...state, resigning: undefined }, effects: [] };
}

function advertise(state: State): { state: State; effects: Effect[] } {
  const { now, settings, sequence } = state;
  if (now < state.advertiseAt) return { state, effects: [] };
  const own = candidatesFor(state, settings.addresses[0]?.name ?? "")[0];
  const frame: Frame = {
    from: settings.self,
    sequence: sequence + 1,
    healthy: own?.healthy ?? false,
    able: settings.addresses.every(({ name }) => candidatesFor(state, name)[0]?.able !== false),
    resigningMs: state.maintenance
      ? settings.deadlineMs
      : Math.max(0, (state.resigning?.until ?? now) - now),
    heard: [...state.peers].map(([id, peer]) => ({ id, ageMs: now - peer.heardAt })),
    addresses: settings.addresses.map(({ name, rank }) => {
      const address = state.addresses.get(name);
      const holds = address?.seen?.holders.has(settings.self) ?? false;
      return { name, rank, holds, claimed: address?.claimed ?? false };
    }),
    releases: state.releases,
  };
  const next = { ...state, sequence: sequence + 1, advertiseAt: now + settings.intervalMs };
  return { state: next, effects: [{ type: "advertise", frame }] };
}

/** When the shell has to step again, if nothing happens before. */
export function nextDeadline(state: State): number {
  const deadlines = [...state.addresses.values()].flatMap((address) => [
    address.observing || address.request !== undefined ? Infinity : address.observeAt,
    address.request?.fenceAt ?? Infinity,
    later(state, address.actAt),
    later(state, address.yielded?.contestAt),
    later(state, address.respectUntil),
  ]);
  const deaths = [...state.peers.values()].map(({ heardAt }) =>
    later(state, heardAt + deadIntervalMs(state) + 1),
  );
  return Math.min(state.advertiseAt, later(state, state.listenUntil), ...deadlines, ...deaths);
}

const later = ({ now }: State, at: number | undefined): number =>
  at !== undefined && at > now ? at : Infinity;

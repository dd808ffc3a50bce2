/** From decisions to effects: one mutating request at a time, reads when they are due. */
import { freshBackoff, waitAfter } from "./backoff.ts";
import { decide } from "./decide.ts";
import { contestFrom } from "./observe.ts";
import type { AddressState, Effect, State } from "./state.ts";

/** Wait after a failed request: short, since the address may be lost (R16). */
export const retryLimits = { firstMs: 250, maxMs: 5_000 };

/** How long after its deadline a request may still take effect: the signature's expiry (R3). */
const fenceMs = 5_000;

const holderPeriodMs = 10_000;
const backupPeriodMs = 60_000;
const differingPeriodMs = 500;
const patientPeriodMs = 5_000;
const patienceMs = 30_000;

/** Looks at every address once and gives the state after, with what is to be done. */
export function act(state: State): { state: State; effects: Effect[] } {
  const effects: Effect[] = [];
  let current = state;
  for (const name of state.addresses.keys()) {
    const address = current.addresses.get(name);
    if (address === undefined) continue;
    const turn = actOn(current, address);
    effects.push(...turn.effects);
    current = {
      ...current,
      random: turn.random,
      releases: turn.releases,
      addresses: new Map(current.addresses).set(name, turn.address),
    };
  }
  return { state: current, effects };
}

type Turn = {
  readonly address: AddressState;
  readonly effects: Effect[];
  readonly random: number;
  readonly releases: State["releases"];
};

function actOn(state: State, before: AddressState): Turn {
  const { now, settings } = state;
  const decision = decide(state, before);
  const differs = decision.do !== "nothing" || decision.differs;
  const differsSince = differs ? (before.differsSince ?? now) : undefined;
  let address: AddressState = { ...before, differsSince, reason: decision.why };
  const effects: Effect[] = [];
  if (before.reason !== decision.why) {
    effects.push({ type: "say", address: address.name, text: decision.why });
  }
  let releases = state.releases;
  let random = state.random;
  // What came of the last request is read before the next is decided (R2, R4).
  const informed = (address.seen?.begunAt ?? -Infinity) >= address.requestEndedAt;
  const free = address.request === undefined && now >= address.actAt && informed;
  if (decision.do !== "nothing" && free) {
    const fenceAt = now + settings.deadlineMs + fenceMs;
    const whom = decision.do === "claim" ? settings.self : decision.whom;
    address = { ...address, request: { kind: decision.do, whom, sentAt: now, fenceAt } };
    if (decision.do === "claim") {
      effects.push({ type: "claim", address: address.name, fenceAt });
      const { yielded } = address;
      if (yielded !== undefined && now >= yielded.contestAt) {
        address = { ...address, ...contestFrom(state, address, yielded.to) };
        random = nextRandom(random);
      }
    } else {
      effects.push({ type: "release", address: address.name, whom, fenceAt });
      if (whom !== settings.self) {
        const count = (releases[releases.length - 1]?.count ?? 0) + 1;
        releases = [...releases, { whom, address: address.name, count }].slice(-4);
      }
    }
  }
  const looked = look(state, address, differsSince);
  return { address: looked.address, effects: [...effects, ...looked.effects], random, releases };
}

/** Reads the cloud where that is due. */
function look(state: State, address: AddressState, differsSince: number | undefined) {
  const { now } = state;
  // While a request is under way a read would show what was before.
  if (address.observing || address.request !== undefined || now < address.observeAt) {
    return { address: soonEnough(state, address, differsSince), effects: [] };
  }
  const effect: Effect = { type: "observe", address: address.name };
  const period = periodOf(state, address, differsSince);
  return { address: { ...address, observing: true, observeAt: now + period }, effects: [effect] };
}

/** A difference that has just come up is not left to the slow timer. */
const soonEnough = (
  state: State,
  address: AddressState,
  differsSince: number | undefined,
): AddressState =>
  differsSince === undefined
    ? address
    : {
        ...address,
        observeAt: Math.min(address.observeAt, state.now + periodOf(state, address, differsSince)),
      };

function periodOf(state: State, address: AddressState, differsSince: number | undefined): number {
  if (differsSince !== undefined) {
    return state.now - differsSince < patienceMs ? differingPeriodMs : patientPeriodMs;
  }
  return address.seen?.holders.has(state.settings.self) ? holderPeriodMs : backupPeriodMs;
}

const endedBy = ({ request }: AddressState, done: boolean): AddressState["ended"] =>
  request === undefined ? undefined : { kind: request.kind, whom: request.whom, done };

/** The state after a request has failed, with the wait before the next decision. */
export function afterFailure(state: State, address: AddressState): AddressState {
  const { waitMs, backoff } = waitAfter(address.retry, retryLimits, state.random);
  const sentAt = address.request?.sentAt ?? state.now;
  return {
    ...address,
    request: undefined,
    ended: endedBy(address, false),
    requestEndedAt: state.now,
    failingSince: address.failingSince ?? sentAt,
    retry: backoff,
    actAt: state.now + waitMs,
    observeAt: state.now,
  };
}

export const afterSuccess = (state: State, address: AddressState): AddressState => ({
  ...address,
  claimed: address.claimed || address.request?.kind === "claim",
  request: undefined,
  ended: endedBy(address, true),
  requestEndedAt: state.now,
  failingSince: undefined,
  retry: freshBackoff(retryLimits),
  observeAt: state.now,
});

/** The next number of a small generator (Lehmer, modulus 2^31 - 1), as a fraction. */
export const nextRandom = (random: number): number => {
  const seed = Math.max(1, Math.floor(random * 2147483647));
  return ((seed * 48271) % 2147483647) / 2147483647;
};

/** After a pause nothing that was known holds: listen a dead interval, then look (I4, R15). */
import type { Advertisement } from "../wire/advertisement.ts";
import { mayGainUntil, mayLoseUntil, releasedUnknown } from "./act.ts";
import { deadIntervalMs, type Peer } from "./peers.ts";
import { roleAfter } from "./roles.ts";
import type { AddressState, State } from "./state.ts";

export function afterPause(state: State): State {
  const { now } = state;
  const awake = { ...state, latenessMs: 0 };
  const addresses = [...state.addresses].map(([ip, address]): [string, AddressState] => [
    ip,
    {
      ...address,
      role: roleAfter(address.role, "paused"),
      seen: undefined,
      suspects: new Set(),
      formerHolders: new Set(),
      doubted: false,
      // What was under way may still land until its fence.
      request: undefined,
      releaseLandsAt: releasedUnknown(state, address),
      mayLoseUntil: mayLoseUntil(state, address),
      mayGainUntil: mayGainUntil(state, address),
      ended: undefined,
      requestEndedAt: now,
      // Whoever waits for that cannot claim meanwhile, and says so (R14).
      failingSince: address.failingSince ?? waitsSince(state, address),
      actAt: Math.max(address.actAt, address.request?.fenceAt ?? now),
      observeAt: now,
      withoutAt: -Infinity,
      withAt: now,
      claimed: false,
    },
  ]);
  return {
    ...awake,
    peers: new Map(),
    reading: undefined,
    readAfter: now,
    listenUntil: now + deadIntervalMs(awake),
    addresses: new Map(addresses),
  };
}

const waitsSince = ({ now }: State, { request }: AddressState): number | undefined =>
  request?.kind === "claim" && now < request.fenceAt ? request.sentAt : undefined;

/** Two clocks of a group may differ by so much. */
const driftRatio = 0.02;

/**
 * The cloud's clock after a read, and for how long we slept by it: for more than two clocks differ,
 * else 0. A node that hears nobody learns so that it slept: answers are dated, to the second. One
 * that came late shows less than there is, so the most counts that two clocks allow.
 */
export function cloudClockAfter(state: State, aheadMs: number | undefined) {
  const { cloudClock: before, now } = state;
  if (aheadMs === undefined) return { cloudClock: before, sleptMs: 0 };
  const driftMs = driftRatio * (now - (before?.at ?? now));
  const gainedMs = aheadMs - (before?.aheadMs ?? aheadMs);
  const kept = Math.max(aheadMs, (before?.aheadMs ?? aheadMs) - driftMs);
  const slept = gainedMs > deadIntervalMs(state) + secondMs + driftMs;
  return { cloudClock: { aheadMs: kept, at: now }, sleptMs: slept ? gainedMs : 0 };
}

const secondMs = 1_000;

/** By how much a peer's clock went on more than ours did: then it was we who slept (R15). Else 0. */
export function sleptThrough(state: State, before: Peer | undefined, frame: Advertisement) {
  if (frame.wire === "exoip" || before?.clock === undefined) return 0;
  // Two runs have two clocks, and the second began after the last word of the first.
  const same = frame.boot === before.boot;
  const { uptimeMs, at } = same ? before.clock : { uptimeMs: 0, at: before.heardAt };
  const theirsMs = frame.uptimeMs - uptimeMs;
  const oursMs = state.now - at;
  const mostMs = deadIntervalMs(state, before.intervalMs) + driftRatio * oursMs;
  return theirsMs - oursMs > mostMs ? theirsMs - oursMs : 0;
}

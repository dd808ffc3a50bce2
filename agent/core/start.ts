/** The state of an agent that has just begun. */
import { retryLimits } from "./act.ts";
import { contestLimits, freshBackoff, landsWithinMs } from "./backoff.ts";
import { freshHealth } from "./health.ts";
import { deadIntervalMs } from "./peers.ts";
import type { AddressState, Past, Settings, State } from "./state.ts";

/** A cloud that never tells who the peers are must not keep an address from being held. */
const aloneMs = 60_000;

/** @param random in (0, 1), from which all jitter follows */
export function start(
  settings: Settings,
  now: number,
  random: number,
  past: Past = "unknown",
): State {
  const { election, checks, addresses, self } = settings;
  // What it did last need not show yet.
  const left = { ended: { kind: "release", whom: self, done: true }, requestEndedAt: now } as const;
  const inheritsMs = past === "unknown" ? landsWithinMs(settings) : settings.settleMs;
  const state: State = {
    settings,
    now,
    priority: election.method === "heartbeat" ? election.priority : 0,
    health: freshHealth(checks),
    maintenance: false,
    resigning: undefined,
    wellSince: checks.length === 0 ? now : undefined,
    illnesses: [],
    peers: new Map(),
    group: new Set([self]),
    aloneUntil: now + aloneMs,
    inheritedUntil: now + inheritsMs,
    addresses: new Map(
      addresses.map(({ ip }) => [ip, { ...freshAddress(ip, now), ...(past === "let go" && left) }]),
    ),
    reading: undefined,
    cloudClock: undefined,
    readAfter: now,
    readRetry: freshBackoff(retryLimits()),
    calls: [],
    apiFailingSince: undefined,
    zoneFailed: false,
    advertiseAt: now,
    stance: "",
    standing: "",
    standingAt: now,
    sequence: 0,
    listenUntil: now,
    latenessMs: 0,
    releases: [],
    random,
  };
  return { ...state, listenUntil: now + deadIntervalMs(state) };
}

const freshAddress = (ip: string, now: number): AddressState => ({
  ip,
  role: "init",
  seen: undefined,
  newcomers: new Map(),
  suspects: new Set(),
  knownHolders: new Set(),
  formerHolders: new Set(),
  releaseLandsAt: new Map(),
  withoutAt: -Infinity,
  withAt: now,
  doubted: false,
  request: undefined,
  ended: undefined,
  requestEndedAt: -Infinity,
  mayLoseUntil: -Infinity,
  mayGainUntil: -Infinity,
  claimed: false,
  wish: false,
  yielded: undefined,
  contest: freshBackoff(contestLimits),
  observeAt: now,
  actAt: now,
  retry: freshBackoff(retryLimits()),
  failingSince: undefined,
  differsSince: undefined,
  movedAt: undefined,
  claim: undefined,
  returns: [],
  respectUntil: -Infinity,
  unwantedFrom: undefined,
  announced: undefined,
  withoutFrom: undefined,
  reason: "",
});

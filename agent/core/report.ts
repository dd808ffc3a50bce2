/** What this node tells its peers, and when. */
import { isLettingGo } from "./act.ts";
import { pending } from "./announce.ts";
import { keeps } from "./decide.ts";
import { isAble, isWell, rankOf, speaksExoip } from "./elect.ts";
import { livePeers } from "./peers.ts";
import { mayLose } from "./releasing.ts";
import type { AddressState, Effect, Report, State } from "./state.ts";

export function advertise(state: State): { state: State; effects: Effect[] } {
  const { now, settings } = state;
  const { election } = settings;
  const stance = stanceOf(state);
  // What peers act upon is told at once.
  if (now < state.advertiseAt && stance === state.stance) return { state, effects: [] };
  const heartbeat = election.method === "heartbeat";
  const advertiseAt = now + (heartbeat ? election.intervalMs : 1_000);
  const sequence = state.sequence + 1;
  const next = { ...state, advertiseAt, sequence, stance, addresses: promised(state, sequence) };
  const speaks = heartbeat && !(speaksExoip(state) && keepsQuiet(state));
  return { state: next, effects: speaks ? [{ type: "advertise", report: reportOf(next) }] : [] };
}

const stanceOf = (state: State): string => {
  const stances = [...state.addresses.values()].map(
    (address) => `${possessionOf(state, address)} ${keeps(state, address)}`,
  );
  return [isWell(state), ...stances].join();
};

/** Keeps from which frame on this node has been saying that it lets go, and that it holds not. */
function promised(state: State, sequence: number): State["addresses"] {
  const addresses = [...state.addresses].map(([ip, address]): [string, AddressState] => {
    // Who lets go still holds, and others may have seen that.
    const holds = address.seen?.holders.has(state.settings.self) === true;
    const none = !holds && possessionOf(state, address) === "none";
    const { unwantedFrom = sequence, withoutFrom = sequence } = address;
    return [
      ip,
      {
        ...address,
        unwantedFrom: keeps(state, address) ? undefined : unwantedFrom,
        withoutFrom: none ? withoutFrom : undefined,
      },
    ];
  });
  return new Map(addresses);
}

/**
 * An original exoip that holds lets go at the first frame of a better node, long before that node
 * may claim. So on exoip's wire a better node speaks only when it holds, or when no worse one does.
 */
function keepsQuiet(state: State): boolean {
  // exoip has no word for it: who gives way falls silent, and lets go when another holds.
  if (!isWell(state) || state.maintenance || state.resigning !== undefined) return true;
  const addresses = [...state.addresses.values()];
  if (addresses.some((address) => isLettingGo(state, address))) return true;
  if (addresses.some(({ seen }) => seen?.holders.has(state.settings.self))) return false;
  if (state.now < state.listenUntil) return true;
  return livePeers(state).some(
    ([id, { priority }]) =>
      priority > state.priority && addresses.some(({ seen }) => seen?.holders.has(id) !== false),
  );
}

function reportOf(state: State): Report {
  const { now, resigning, maintenance, priority, sequence } = state;
  return {
    sequence,
    healthy: isWell(state),
    maintenance,
    resigningMs: Math.max(0, (resigning?.until ?? now) - now),
    priority,
    addresses: [...state.addresses.values()].map((address) => ({
      ip: address.ip,
      rank: rankOf(state, address.ip),
      role: address.role,
      wants: keeps(state, address),
      possession: possessionOf(state, address),
      yields: address.yielded !== undefined && now < address.yielded.contestAt,
      unable: !isAble(state, address),
    })),
    releases: pending(state),
  };
}

function possessionOf(
  state: State,
  address: AddressState,
): Report["addresses"][number]["possession"] {
  const { seen, claimed, request } = address;
  if (isLettingGo(state, address)) return "none";
  if (seen?.holders.has(state.settings.self)) {
    if (mayLose(state, address)) return "claiming";
    return claimed ? "claimed" : "given";
  }
  return claimed || request?.kind === "claim" ? "claiming" : "none";
}

/** What this node tells its peers, and when. */
import { electedFor } from "./decide.ts";
import { isAble, isWell, rankOf } from "./elect.ts";
import type { AddressState, Effect, Report, State } from "./state.ts";

export function advertise(state: State): { state: State; effects: Effect[] } {
  const { now, settings } = state;
  if (now < state.advertiseAt) return { state, effects: [] };
  const { election } = settings;
  const heartbeat = election.method === "heartbeat";
  const advertiseAt = now + (heartbeat ? election.intervalMs : 1_000);
  const effects: Effect[] = heartbeat ? [{ type: "advertise", report: reportOf(state) }] : [];
  return { state: { ...state, advertiseAt }, effects };
}

export function reportOf(state: State): Report {
  const { now, resigning, maintenance, priority, releases, settings } = state;
  return {
    healthy: isWell(state),
    maintenance,
    resigningMs: Math.max(0, (resigning?.until ?? now) - now),
    priority,
    addresses: [...state.addresses.values()].map((address) => ({
      ip: address.ip,
      rank: rankOf(state, address.ip),
      role: address.role,
      wants: electedFor(state, address).includes(settings.self),
      possession: possessionOf(state, address),
      yields: address.yielded !== undefined && now < address.yielded.contestAt,
      unable: !isAble(state, address),
    })),
    releases,
  };
}

function possessionOf(
  { settings }: State,
  { seen, claimed, request }: AddressState,
): Report["addresses"][number]["possession"] {
  // Who is letting go is nobody in whose favour another may let go.
  if (request?.kind === "release" && request.whom === settings.self) return "none";
  if (seen?.holders.has(settings.self)) return claimed ? "claimed" : "given";
  return claimed || request?.kind === "claim" ? "claiming" : "none";
}

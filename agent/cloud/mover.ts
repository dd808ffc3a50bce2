/**
 * Carries the core's requests to a cloud and brings the outcomes back as events. It decides
 * nothing: each request is sent once, and what came of it is told once.
 */
import type { Event, Scope } from "../core/state.ts";
import type { NodeId } from "../wire/advertisement.ts";
import type { Cloud, Moved, Trouble } from "./cloud.ts";

export type MoverParts = {
  readonly cloud: Cloud;
  readonly self: NodeId;
  /** The addresses of this agent, with the cloud's ids as far as they are known. */
  readonly ips: readonly string[];
  readonly ids: ReadonlyMap<string, string>;
  readonly members: () => readonly NodeId[];
  readonly nowMs: () => number;
  /** For one attempt, in milliseconds. */
  readonly deadlineMs: number;
  readonly emit: (event: Event) => void;
  /** Every answer of the API: how it ended and how long it took. */
  readonly onCall: (call: string, tookMs: number, trouble: Trouble | undefined) => void;
};

export type Mover = {
  /** `also`: instances outside the group that are looked at with it. */
  readonly observe: (scope: Scope, also: readonly NodeId[]) => void;
  readonly claim: (ip: string) => void;
  readonly release: (ip: string, whom: NodeId) => void;
};

/** Sends what the core asks for; every request ends in exactly one event. */
export function createMover(parts: MoverParts): Mover {
  const { cloud, nowMs, deadlineMs, emit, onCall } = parts;
  const ids = new Map(parts.ids);

  /** Looks up what is missing; a cloud that does not know an address is a trouble of its own. */
  const resolve = async (): Promise<Trouble | undefined> => {
    if (parts.ips.every((ip) => ids.has(ip))) return undefined;
    const known = await cloud.addressIds({ deadlineMs: nowMs() + deadlineMs });
    if (known.kind !== "done") return known;
    for (const ip of parts.ips) {
      const id = known.value[ip];
      if (id !== undefined) ids.set(ip, id);
    }
    const missing = parts.ips.filter((ip) => !ids.has(ip));
    if (missing.length === 0) return undefined;
    const message = `no elastic IP ${missing.join(", ")} in this zone, or not for this key`;
    return { kind: "refused", why: "not-found", message };
  };

  const observe = async (scope: Scope, also: readonly NodeId[]): Promise<void> => {
    const beganMs = nowMs();
    const trouble = await resolve();
    const group = [...new Set([parts.self, ...parts.members(), ...also])];
    const candidates = scope === "zone" ? scope : scope === "self" ? [parts.self] : group;
    const seen = trouble ?? (await cloud.observe({ candidates, deadlineMs: beganMs + deadlineMs }));
    onCall("observe", nowMs() - beganMs, seen.kind === "done" ? undefined : seen);
    if (seen.kind !== "done") {
      emit({ type: "observe-failed", why: seen.message, ...retryAfter(seen) });
      return;
    }
    const instances = Object.entries(seen.value.instances);
    const holdersOf = (id: string | undefined): ReadonlySet<NodeId> =>
      new Set(instances.filter(([, { holds }]) => holds.some((one) => one === id)).map(first));
    const holders = new Map(parts.ips.map((ip) => [ip, holdersOf(ids.get(ip))]));
    const stopped = new Set(instances.filter(([, { running }]) => !running).map(first));
    const { beganMs: begunAt, serverAheadMs: cloudAheadMs } = seen.value;
    emit({ type: "observed", scope, begunAt, holders, stopped, cloudAheadMs });
  };

  const move = async (verb: "claim" | "release", ip: string, instance: NodeId): Promise<void> => {
    const beganMs = nowMs();
    const address = ids.get(ip);
    const moved: Moved =
      address === undefined
        ? { kind: "refused", why: "not-found", message: `${ip} has not been looked up yet` }
        : await cloud[verb]({ address, instance, deadlineMs: beganMs + deadlineMs });
    onCall(
      verb,
      nowMs() - beganMs,
      moved.kind === "done" || moved.kind === "pending" ? undefined : moved,
    );
    const why = moved.kind === "done" ? "" : moved.message;
    emit({ type: "requested", ip, outcome: outcomeOf(moved, nowMs()), why, ...retryAfter(moved) });
  };

  return {
    observe: (scope, also) => void observe(scope, also),
    claim: (ip) => void move("claim", ip, parts.self),
    release: (ip, whom) => void move("release", ip, whom),
  };
}

const first = ([id]: readonly [string, unknown]): NodeId => id;

/** An answer that does not say what happened ends the request all the same: the next read tells. */
function outcomeOf(moved: Moved, nowMs: number): "done" | "refused" | "unknown" {
  if (moved.kind === "done") return "done";
  if (moved.kind === "pending") return "unknown";
  return moved.kind === "timeout-unknown" && moved.fencedMs > nowMs ? "unknown" : "refused";
}

const retryAfter = (
  result: { readonly retryAfterMs?: number } | object,
): { retryAfterMs?: number } =>
  "retryAfterMs" in result && result.retryAfterMs !== undefined
    ? { retryAfterMs: result.retryAfterMs }
    : {};

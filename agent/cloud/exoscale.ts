/**
 * Exoscale's API v2 as the seam's verbs. An elastic IP can be attached to several instances, and
 * only `GET /instance/{id}` tells which ones an instance carries, so to observe is to ask for each
 * candidate.
 */

import { pollAfter, pollMs } from "../core/backoff.ts";
import type {
  Cloud,
  InstanceSelector,
  Moved,
  MoveRequest,
  ObservedInstance,
  Outcome,
  Trouble,
} from "./cloud.ts";
import { elasticIpsOf, instanceOf, instancesOf, type ListedInstance } from "./exoscale-answers.ts";
import { type Api, type ApiOptions, createApi } from "./exoscale-call.ts";
import { finish } from "./exoscale-operation.ts";

/** From an operation's success to reads that show it; the documents do not say, so it is a guess. */
const settleMs = 1000;
const readsAtOnceMax = 8;

const gone: ObservedInstance = { state: "gone", running: false, gone: true, holds: [] };

/** The cloud behind one endpoint, which is one zone, for one key. */
export function createExoscale(options: ApiOptions): Cloud {
  const api = createApi(options);
  const { nowMs } = options;
  let drops = 0;

  const move = async (kind: "claim" | "release", request: MoveRequest): Promise<Moved> => {
    const beganMs = nowMs();
    const dropsBefore = drops;
    const { address, instance, deadlineMs } = request;
    const body = { instance: { id: instance } };
    const verb = kind === "claim" ? "attach" : "detach";
    const sent = await api.put(`/elastic-ip/${address}:${verb}`, body, deadlineMs);
    if (sent.kind !== "done") return sent;
    const waitMs = (passedMs: number): number => pollAfter(pollMs[kind], passedMs);
    const given = { api, nowMs, isDropped: () => drops !== dropsBefore };
    return finish(sent.value, { waitMs, beganMs, deadlineMs }, given);
  };

  return {
    settleMs,
    async observe({ candidates, deadlineMs }) {
      const beganMs = nowMs();
      const ids = candidates === "zone" ? await zoneIds(api, deadlineMs) : done(candidates);
      if (ids.kind !== "done") return ids;
      const seen = await readAll(api, ids.value, deadlineMs);
      if (seen.kind !== "done") return seen;
      const serverAheadMs = api.serverAheadMs();
      return done({ instances: seen.value, beganMs, endedMs: nowMs(), serverAheadMs });
    },
    claim: (request) => move("claim", request),
    release: (request) => move("release", request),
    addressIds: ({ deadlineMs }) => read(api, "/elastic-ip", elasticIpsOf, deadlineMs),
    instances: ({ of, deadlineMs }) => selected(api, of, deadlineMs),
    drop() {
      drops += 1;
      api.drop();
    },
    clockAheadMs: api.clockAheadMs,
  };
}

const done = <Value>(value: Value): { readonly kind: "done"; readonly value: Value } => ({
  kind: "done",
  value,
});

/** Reads and checks; an answer that is not understood is no answer. */
async function read<Value>(
  api: Api,
  path: string,
  check: (value: unknown) => Value | undefined,
  deadlineMs: number,
): Promise<Outcome<Value>> {
  const result = await api.get(path, deadlineMs);
  if (result.kind !== "done") return result;
  const value = check(result.value);
  return value === undefined
    ? { kind: "unreachable", message: `answer to GET ${path} not understood` }
    : done(value);
}

async function zoneIds(api: Api, deadlineMs: number): Promise<Outcome<readonly string[]>> {
  const list = await read(api, "/instance", instancesOf, deadlineMs);
  return list.kind === "done" ? done(list.value.map(({ id }) => id)) : list;
}

/** All of them or none: an observation that lacks an instance could hide a holder. */
async function readAll(
  api: Api,
  ids: readonly string[],
  deadlineMs: number,
): Promise<Outcome<Readonly<Record<string, ObservedInstance>>>> {
  const seen: Record<string, ObservedInstance> = {};
  let trouble: Trouble | undefined;
  const left = [...ids];
  const worker = async (): Promise<void> => {
    for (let id = left.shift(); id !== undefined && !trouble; id = left.shift()) {
      const asked = id;
      const check = (value: unknown): ListedInstance | undefined => {
        const instance = instanceOf(value);
        return instance?.id === asked ? instance : undefined;
      };
      const one = await read(api, `/instance/${id}`, check, deadlineMs);
      if (one.kind === "done") {
        const { state, running, holds } = one.value;
        seen[id] = { state, running, gone: false, holds };
      } else if (one.kind === "refused" && one.why === "not-found") seen[id] = gone;
      else trouble = one;
    }
  };
  await Promise.all(Array.from({ length: Math.min(readsAtOnceMax, ids.length) }, worker));
  return trouble ?? done(seen);
}

async function selected(
  api: Api,
  of: InstanceSelector,
  deadlineMs: number,
): Promise<Outcome<readonly ListedInstance[]>> {
  const list = await read(api, "/instance", instancesOf, deadlineMs);
  return list.kind === "done" ? done(list.value.filter((instance) => isOf(instance, of))) : list;
}

function isOf(instance: ListedInstance, of: InstanceSelector): boolean {
  switch (of.from) {
    case "zone":
      return true;
    case "security-group":
      return instance.groups.includes(of.group);
    case "label": {
      const [name = "", ...value] = of.label.split("=");
      const text = instance.labels[name];
      return value.length === 0 ? text !== undefined : text === value.join("=");
    }
  }
}

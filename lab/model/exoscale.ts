/**
 * The Exoscale cloud as a pure model with virtual time. It opens no socket, reads no clock and
 * owns no timer: every face of it (the simulator's cloud, the HTTP double, the emulator) gives it
 * inputs with the time, and wakes it when something is due. Chance comes from the `random` given
 * to each step alone, so the same seed gives the same history.
 *
 * Facts about the API are marked where they are used; what its documents leave open is a setting.
 */
import type { Change } from "./exoscale/change.ts";
import type { Cloud, CloudEvent, Key, Settings, Turn } from "./exoscale/cloud.ts";
import type { Fault } from "./exoscale/fault.ts";
import { change, end } from "./exoscale/operate.ts";
import type { Answer, Request } from "./exoscale/request.ts";
import { arrive, receive } from "./exoscale/serve.ts";
import { holdersIn, type Seed, worldOf } from "./exoscale/world.ts";

export type CloudInput =
  | { readonly kind: "request"; readonly request: Request }
  /** A person in the console, or power failing: at once, with no operation. */
  | { readonly kind: "person"; readonly change: Change }
  | { readonly kind: "fault"; readonly fault: Fault }
  | { readonly kind: "mend"; readonly name: string }
  | { readonly kind: "settings"; readonly settings: Partial<Settings> }
  /** Undefined takes the key away. */
  | { readonly kind: "key"; readonly name: string; readonly key: Key | undefined }
  /** Only time has passed. */
  | { readonly kind: "wake" };

export type Step = {
  readonly cloud: Cloud;
  readonly answers: readonly Answer[];
  readonly events: readonly CloudEvent[];
};

export const defaultSettings: Settings = {
  operationMs: [1000, 1000],
  answerMs: [0, 0],
  readLagMs: [0, 0],
  historyMs: 600_000,
  repeated: "success",
  // RFC 5737: addresses for documentation, which lead nowhere.
  instanceAddresses: { prefix: "198.51.100.", from: 10, to: 250 },
  elasticAddresses: { prefix: "203.0.113.", from: 10, to: 250 },
  epochMs: 1_800_000_000_000,
  skewMs: 0,
  authStatus: 403,
};

export function createCloud(
  seed: Seed,
  keys: Readonly<Record<string, Key>>,
  settings: Partial<Settings> = {},
): Cloud {
  const world = worldOf(seed);
  return {
    settings: { ...defaultSettings, ...settings },
    world,
    history: [{ sinceMs: Number.NEGATIVE_INFINITY, world }],
    operations: {},
    operationsBegun: 0,
    keys,
    faults: [],
    schedule: [],
    served: {},
  };
}

/** The instances that traffic to the address goes to, as of the last step: what checkers read. */
export const holdersOf = (cloud: Cloud, elasticIp: string): readonly string[] =>
  holdersIn(cloud.world, elasticIp);

/** When the cloud wants to be woken; nothing while nothing is under way. */
export const nextDueMs = (cloud: Cloud): number | undefined =>
  cloud.schedule.reduce<number | undefined>(
    (first, { atMs }) => (first === undefined || atMs < first ? atMs : first),
    undefined,
  );

/** What is due by now happens first, each at its own moment; then the input. */
export function step(cloud: Cloud, input: CloudInput, nowMs: number, random: () => number): Step {
  const turn: Turn = { cloud, answers: [], events: [], random };
  settle(turn, nowMs);
  take(turn, input, nowMs);
  settle(turn, nowMs);
  turn.cloud = pruned(turn.cloud, nowMs);
  return { cloud: turn.cloud, answers: turn.answers, events: turn.events };
}

function take(turn: Turn, input: CloudInput, nowMs: number): void {
  const { cloud } = turn;
  switch (input.kind) {
    case "request":
      receive(turn, input.request, nowMs);
      return;
    case "person":
      change(turn, input.change, "person", nowMs);
      return;
    case "fault":
      turn.cloud = { ...cloud, faults: [...cloud.faults, input.fault] };
      return;
    case "mend":
      turn.cloud = { ...cloud, faults: cloud.faults.filter(({ name }) => name !== input.name) };
      return;
    case "settings":
      turn.cloud = { ...cloud, settings: { ...cloud.settings, ...input.settings } };
      return;
    case "key": {
      const { [input.name]: _, ...others } = cloud.keys;
      const keys = input.key === undefined ? others : { ...others, [input.name]: input.key };
      turn.cloud = { ...cloud, keys };
      return;
    }
    case "wake":
      return;
  }
}

/** Carries out all that is due by `nowMs`, the earliest first. */
function settle(turn: Turn, nowMs: number): void {
  for (;;) {
    const atMs = nextDueMs(turn.cloud);
    if (atMs === undefined || atMs > nowMs) return;
    const { schedule } = turn.cloud;
    const index = schedule.findIndex((scheduled) => scheduled.atMs === atMs);
    const due = schedule[index]?.due;
    turn.cloud = { ...turn.cloud, schedule: schedule.toSpliced(index, 1) };
    if (due?.kind === "arrive") arrive(turn, due.request, due.effects, atMs);
    if (due?.kind === "end") end(turn, due.operation, atMs);
    if (due?.kind === "answer") turn.answers.push(due.answer);
  }
}

/** Forgets worlds and operations that are older than anything may still ask for. */
function pruned(cloud: Cloud, nowMs: number): Cloud {
  const beforeMs = nowMs - cloud.settings.historyMs;
  const first = cloud.history.findLastIndex(({ sinceMs }) => sinceMs <= beforeMs);
  const old = Object.values(cloud.operations).filter(
    ({ state, endsAtMs }) => state !== "pending" && endsAtMs < beforeMs,
  );
  if (first <= 0 && old.length === 0) return cloud;
  const operations = { ...cloud.operations };
  for (const { id } of old) delete operations[id];
  return { ...cloud, operations, history: cloud.history.slice(Math.max(first, 0)) };
}

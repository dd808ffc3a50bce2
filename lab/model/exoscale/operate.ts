/** Mutating calls: how an operation begins and ends, and how the world changes by it. */
import { type Cloud, type CloudEvent, drawn, type Operation, plan, type Turn } from "./cloud.ts";
import { type Effect, effectOf } from "./fault.ts";
import { operationBody } from "./read.ts";
import type { Delivery, Mutation } from "./request.ts";
import { type Change, changed, holdersIn, type World } from "./world.ts";

/** Changes the world, remembers the former one, and tells whoever holds an address differently. */
export function change(
  turn: Turn,
  change: Change,
  by: Extract<CloudEvent, { readonly kind: "holders" }>["by"],
  atMs: number,
): void {
  const { cloud } = turn;
  const world = changed(cloud.world, change);
  if (world === cloud.world) return;
  turn.cloud = { ...cloud, world, history: [...cloud.history, { sinceMs: atMs, world }] };
  if (change.kind === "state") return;
  const { elasticIp } = change;
  turn.events.push({ kind: "holders", atMs, elasticIp, holders: holdersIn(world, elasticIp), by });
}

/** Whether the world is already so that the change would do nothing. */
const isRepeated = (world: World, change: Change): boolean =>
  change.kind !== "state" && changed(world, change) === world;

const missing = (kind: string): Delivery => ({
  kind: "answer",
  status: 404,
  body: { message: `${kind} not found` },
});

/** Begins the operation of a call; its answer is the operation, pending. */
export function begin(
  turn: Turn,
  action: Mutation,
  from: string,
  effects: readonly Effect[],
  nowMs: number,
): Delivery {
  const { world, settings } = turn.cloud;
  const instance = world.instances[action.instance];
  if (instance === undefined) return missing("Instance");
  if ("elasticIp" in action && world.elasticIps[action.elasticIp] === undefined)
    return missing("Elastic IP");
  const wanted = changeOf(action);
  if (settings.repeated === "refused" && isRepeated(world, wanted))
    return { kind: "answer", status: 409, body: { message: "Nothing to change" } };
  if (wanted.kind === "state") {
    const state = wanted.state === "running" ? "starting" : "stopping";
    change(turn, { ...wanted, state }, "person", nowMs);
  }
  const operation = opened(turn, action, from, effects, nowMs);
  return { kind: "answer", status: 200, body: operationBody(operation) };
}

function opened(
  turn: Turn,
  action: Mutation,
  from: string,
  effects: readonly Effect[],
  nowMs: number,
): Operation {
  const { cloud } = turn;
  const takesMs =
    effectOf(effects, "slow-operation")?.ms ?? drawn(turn, cloud.settings.operationMs);
  const fate = effectOf(effects, "operation");
  const number = cloud.operationsBegun + 1;
  const operation: Operation = {
    id: `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`,
    state: "pending",
    reference:
      "elasticIp" in action
        ? { id: action.elasticIp, kind: "elastic-ip" }
        : { id: action.instance, kind: "instance" },
    change: changeOf(action),
    from,
    endsAtMs: Math.max(nowMs + takesMs, lastEndMs(cloud, action.instance)),
    ...(fate === undefined ? {} : { fate }),
  };
  turn.cloud = {
    ...cloud,
    operationsBegun: number,
    operations: { ...cloud.operations, [operation.id]: operation },
  };
  plan(turn, operation.endsAtMs, { kind: "end", operation: operation.id });
  turn.events.push({ kind: "began", atMs: nowMs, operation });
  return operation;
}

/** Operations on one instance end in the order in which they began. */
const lastEndMs = (cloud: Cloud, instance: string): number =>
  Object.values(cloud.operations)
    .filter(({ state, change }) => state === "pending" && change.instance === instance)
    .reduce((latest, { endsAtMs }) => Math.max(latest, endsAtMs), 0);

function changeOf(action: Mutation): Change {
  const { instance } = action;
  switch (action.call) {
    case "attach-instance-to-elastic-ip":
      return { kind: "attach", elasticIp: action.elasticIp, instance };
    case "detach-instance-from-elastic-ip":
      return { kind: "detach", elasticIp: action.elasticIp, instance };
    case "start-instance":
      return { kind: "state", instance, state: "running" };
    case "stop-instance":
      return { kind: "state", instance, state: "stopped" };
  }
}

/** Ends an operation: the one moment at which its change happens. */
export function end(turn: Turn, id: string, atMs: number): void {
  const operation = turn.cloud.operations[id];
  if (operation === undefined) return;
  const ended = { ...operation, ...endOf(turn.cloud, operation) };
  turn.cloud = { ...turn.cloud, operations: { ...turn.cloud.operations, [id]: ended } };
  turn.events.push({ kind: "ended", atMs, operation: ended });
  if (ended.state === "success" || operation.fate?.applies === true)
    change(turn, operation.change, { operation: id, from: operation.from }, atMs);
}

function endOf(
  { settings, world }: Cloud,
  { fate, change }: Operation,
): Pick<Operation, "state" | "reason" | "message"> {
  if (fate !== undefined)
    return { state: fate.state, reason: fate.reason, message: `Operation ended: ${fate.reason}` };
  if (settings.repeated === "failure" && isRepeated(world, change))
    return { state: "failure", reason: "conflict", message: "Nothing to change" };
  return { state: "success" };
}

/** Mutating calls: how an operation begins and ends, and how the world changes by it. */
import { type Change, changed, subjectOf } from "./change.ts";
import {
  type By,
  type Cloud,
  drawn,
  type Operation,
  plan,
  serverClockMs,
  type Turn,
} from "./cloud.ts";
import { type Effect, effectOf } from "./fault.ts";
import { happenings } from "./happenings.ts";
import { prepare } from "./prepare.ts";
import type { Prepared } from "./prepared.ts";
import { apiKeyMadeBody, operationBody } from "./read.ts";
import type { Delivery, Mutation } from "./request.ts";
import type { World } from "./world.ts";

/** Changes the world, remembers the former one, and tells what this means. */
export function change(turn: Turn, change: Change, by: By, atMs: number): void {
  const { cloud } = turn;
  const world = changed(cloud.world, change);
  if (world === cloud.world) return;
  turn.cloud = { ...cloud, world, history: [...cloud.history, { sinceMs: atMs, world }] };
  for (const happening of happenings(cloud.world, world, change))
    turn.events.push({ ...happening, atMs, by });
}

/** Whether the world is already so that the change would do nothing. */
const isRepeated = (world: World, change: Change): boolean =>
  (change.kind === "attach" || change.kind === "detach") && changed(world, change) === world;

/** Begins the operation of a call; its answer is the operation, pending. */
export function begin(
  turn: Turn,
  action: Mutation,
  from: string,
  effects: readonly Effect[],
  nowMs: number,
): Delivery {
  const { world, settings } = turn.cloud;
  const clockMs = serverClockMs(settings, nowMs);
  const prepared = prepare(action, { world, settings, random: turn.random, clockMs });
  if ("status" in prepared)
    return { kind: "answer", status: prepared.status, body: { message: prepared.message } };
  if (settings.repeated === "refused" && isRepeated(world, prepared.change))
    return { kind: "answer", status: 409, body: { message: "Nothing to change" } };
  if (action.call === "create-api-key") {
    // The one change that is no operation: the secret is told here and only here.
    change(turn, prepared.change, { operation: "", from }, nowMs);
    const body = apiKeyMadeBody(turn.cloud.world, prepared.reference.id);
    return { kind: "answer", status: 200, body };
  }
  const operation = opened(turn, prepared, from, effects, nowMs);
  const by: By = { operation: operation.id, from };
  if (prepared.first !== undefined) change(turn, prepared.first, by, nowMs);
  const rebooted = action.call === "reboot-instance" ? world.instances[action.instance] : undefined;
  if (rebooted !== undefined)
    turn.events.push({ kind: "instance", stage: "rebooting", instance: rebooted, atMs: nowMs, by });
  return { kind: "answer", status: 200, body: operationBody(operation) };
}

function opened(
  turn: Turn,
  { reference, change }: Prepared,
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
    reference,
    change,
    from,
    endsAtMs: Math.max(nowMs + takesMs, lastEndMs(cloud, change)),
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
function lastEndMs(cloud: Cloud, change: Change): number {
  const subject = subjectOf(change);
  if (subject === undefined) return 0;
  return Object.values(cloud.operations)
    .filter((one) => one.state === "pending" && subjectOf(one.change) === subject)
    .reduce((latest, { endsAtMs }) => Math.max(latest, endsAtMs), 0);
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

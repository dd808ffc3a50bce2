/** The way of a request: to the cloud, through it, and of its answer back. */
import { refused } from "./admit.ts";
import { type Cloud, drawn, plan, serverClockMs, type Turn } from "./cloud.ts";
import { draw, type Effect, effectOf } from "./fault.ts";
import { begin } from "./operate.ts";
import { read } from "./read.ts";
import { type Delivery, isMutation, type Request } from "./request.ts";
import type { World } from "./world.ts";

/** A request leaves the node: it may never arrive, or late. */
export function receive(turn: Turn, request: Request, nowMs: number): void {
  const { effects, faults } = draw(turn.cloud, request, nowMs, turn.random);
  turn.cloud = { ...turn.cloud, faults };
  if (effectOf(effects, "unreachable") !== undefined)
    answer(turn, request.id, { kind: "unreachable" }, nowMs, effects);
  else if (effectOf(effects, "hang") === undefined) {
    const atMs = nowMs + (effectOf(effects, "late")?.ms ?? 0);
    plan(turn, atMs, { kind: "arrive", request, effects });
  }
}

/** A request is at the cloud: let in or not, carried out, answered or not. */
export function arrive(
  turn: Turn,
  request: Request,
  effects: readonly Effect[],
  nowMs: number,
): void {
  turn.events.push({ kind: "received", atMs: nowMs, request, effects });
  const error = effectOf(effects, "error");
  const delivery =
    error !== undefined && error.applies !== true
      ? failed(error)
      : (refused(turn, request, nowMs) ?? carriedOut(turn, request, effects, nowMs));
  if (effectOf(effects, "answer-lost") !== undefined) return;
  answer(turn, request.id, error === undefined ? delivery : failed(error), nowMs, effects);
}

const failed = (error: Extract<Effect, { readonly kind: "error" }>): Delivery => ({
  kind: "answer",
  status: error.status,
  body: { message: error.message ?? "Internal error" },
  ...(error.retryAfterS === undefined ? {} : { retryAfterS: error.retryAfterS }),
});

function carriedOut(
  turn: Turn,
  { action, from, endpoint }: Request,
  effects: readonly Effect[],
  nowMs: number,
): Delivery {
  if (isMutation(action)) return begin(turn, action, from, effects, nowMs);
  const lagMs = effectOf(effects, "lag")?.ms ?? drawn(turn, turn.cloud.settings.readLagMs);
  const world = worldAt(turn.cloud, nowMs - lagMs);
  const apiEndpoint = endpoint ?? world.apiEndpoint;
  const body = read(turn.cloud, { ...world, apiEndpoint }, action);
  return body === undefined
    ? { kind: "answer", status: 404, body: { message: "Not found" } }
    : { kind: "answer", status: 200, body };
}

/** The world as it was at a moment, or the oldest one that is kept. */
function worldAt({ history, world }: Cloud, atMs: number): World {
  const shown = history.findLast(({ sinceMs }) => sinceMs <= atMs) ?? history[0];
  return shown?.world ?? world;
}

function answer(
  turn: Turn,
  id: string,
  delivery: Delivery,
  nowMs: number,
  effects: readonly Effect[],
): void {
  const slowMs = effectOf(effects, "slow-answer")?.ms ?? drawn(turn, turn.cloud.settings.answerMs);
  const atMs = nowMs + slowMs;
  const dateMs = serverClockMs(turn.cloud.settings, atMs);
  plan(turn, atMs, {
    kind: "answer",
    answer: { id, atMs, dateMs, delivery: broken(delivery, effects) },
  });
}

function broken(delivery: Delivery, effects: readonly Effect[]): Delivery {
  if (delivery.kind !== "answer") return delivery;
  if (effectOf(effects, "cut") !== undefined)
    return { kind: "cut", status: delivery.status, body: delivery.body };
  return effectOf(effects, "malformed") === undefined ? delivery : { kind: "malformed" };
}

/** Follows an operation of Exoscale's to its end, or to the deadline. */
import type { Moved } from "./cloud.ts";
import { type Operation, operationOf } from "./exoscale-answers.ts";
import type { Api } from "./exoscale-call.ts";

/** The last poll is sent so long before the deadline. */
const lastPollMs = 100;
/** One poll that hangs must not take the others' time. */
const pollTimeoutMs = 2000;

type Span = {
  /** How long to wait before it is asked after again, so long after the request. */
  readonly waitMs: (passedMs: number) => number;
  readonly beganMs: number;
  readonly deadlineMs: number;
};

type Given = {
  readonly api: Pick<Api, "get">;
  readonly nowMs: () => number;
  /** Whether what was under way has been given up meanwhile. */
  readonly isDropped: () => boolean;
};

/** `answer` is the body of the answer to the request that began the operation. */
export async function finish(
  answer: unknown,
  { waitMs, beganMs, deadlineMs }: Span,
  { api, nowMs, isDropped }: Given,
): Promise<Moved> {
  const begun = operationOf(answer);
  if (begun === undefined)
    return { kind: "timeout-unknown", fencedMs: nowMs(), message: "operation not understood" };
  let trouble = "operation still pending";
  for (let operation = begun; ; ) {
    const moved = endOf(operation, beganMs, nowMs());
    if (moved !== undefined) return moved;
    // The official clients wait 3 s, which an address without a holder cannot afford.
    const leftMs = deadlineMs - nowMs() - lastPollMs;
    if (leftMs <= 0) break;
    await sleep(Math.min(leftMs, waitMs(nowMs() - beganMs)));
    if (isDropped()) break;
    const path = `/operation/${operation.id}`;
    const polled = await api.get(path, Math.min(deadlineMs, nowMs() + pollTimeoutMs));
    if (polled.kind === "done") operation = operationOf(polled.value) ?? operation;
    else {
      trouble = polled.message;
      // A policy that does not allow to ask, or an operation that is forgotten: asking on is of
      // no use, and reading back tells anyway.
      if (polled.kind === "refused" && polled.why !== "rate-limited") break;
      const retryMs = "retryAfterMs" in polled ? (polled.retryAfterMs ?? 0) : 0;
      if (nowMs() + retryMs >= deadlineMs) break;
      await sleep(retryMs);
    }
  }
  return { kind: "pending", operation: begun.id, message: trouble };
}

function endOf(operation: Operation, beganMs: number, nowMs: number): Moved | undefined {
  const message = `operation ended in ${operation.state}: ${operation.reason || "no reason given"}`;
  switch (operation.state) {
    case "pending":
      return undefined;
    case "success":
      return { kind: "done", beganMs, endedMs: nowMs };
    case "timeout":
      return { kind: "timeout-unknown", fencedMs: nowMs, message };
    case "failure":
      return { kind: "refused", why: refusalOf(operation.reason), message };
  }
}

function refusalOf(reason: string): "forbidden" | "not-found" | "conflict" | "failed" {
  if (reason === "forbidden" || reason === "not-found") return reason;
  return reason === "conflict" || reason === "busy" ? "conflict" : "failed";
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Faults of the API in a play: `api 500`, `api down from lb1`, `api slow 3s`, `api hang attach`,
 * `api 500 for 5s at-first-claim`, `api late 8s attach once`, `api 429 7s` (with Retry-After), `api ok`.
 */
import type { Effect } from "../../../lab/model/exoscale/fault.ts";
import type { Call } from "../../../lab/model/exoscale/request.ts";
import { durationMs } from "./setting.ts";
import type { Stage } from "./stage.ts";

const callsOf: Readonly<Record<string, readonly Call[]>> = {
  attach: ["attach-instance-to-elastic-ip"],
  detach: ["detach-instance-from-elastic-ip"],
  reads: ["get-instance"],
};

export function fault(stage: Stage, words: readonly string[]): void {
  const [kind = "", ...rest] = words;
  if (kind === "ok") {
    for (let index = 0; index <= stage.faults; index += 1) {
      stage.cloud.input({ kind: "mend", name: `fault${index}` });
    }
    return;
  }
  const after = (word: string): string | undefined =>
    rest.includes(word) ? rest[rest.indexOf(word) + 1] : undefined;
  const from = after("from")?.split(",");
  const forMs = rest.includes("for") ? durationMs(after("for")) : undefined;
  const calls = rest.flatMap((word) => callsOf[word] ?? []);
  const effect = effectOf(kind, rest[0]);
  const begin = (): void => {
    stage.faults += 1;
    const name = `fault${stage.faults}`;
    const { now } = stage.queue;
    const limits = {
      ...(from === undefined ? {} : { from }),
      ...(forMs === undefined ? {} : { untilMs: now + forMs }),
      ...(calls.length === 0 ? {} : { calls }),
      ...(rest.includes("once") ? { times: 1 } : {}),
    };
    stage.cloud.input({ kind: "fault", fault: { name, effect, ...limits } });
  };
  if (rest.includes("at-first-claim")) stage.atClaim.push(begin);
  else begin();
}

function effectOf(kind: string, duration: string | undefined): Effect {
  switch (kind) {
    case "down":
      return { kind: "unreachable" };
    case "hang":
      return { kind: "hang" };
    case "answer-lost":
      return { kind: "answer-lost" };
    case "malformed":
      return { kind: "malformed" };
    case "slow":
      return { kind: "slow-operation", ms: durationMs(duration) };
    case "slow-answer":
      return { kind: "slow-answer", ms: durationMs(duration) };
    case "late":
      return { kind: "late", ms: durationMs(duration) };
    case "stale":
      return { kind: "lag", ms: durationMs(duration) };
    case "fails":
      return { kind: "operation", state: "failure", reason: "busy" };
    default: {
      const status = Number(kind);
      if (!(status >= 400 && status < 600)) throw new Error(`the API cannot be ${kind}`);
      const after = duration?.match(/^\d/) ? { retryAfterS: durationMs(duration) / 1000 } : {};
      return { kind: "error", status, ...after };
    }
  }
}

/** Faults that a test or a simulator sets: which requests they meet, and what they do to them. */
import type { Cloud } from "./cloud.ts";
import type { Call, Request } from "./request.ts";

export type Reason =
  | "incorrect"
  | "unknown"
  | "unavailable"
  | "forbidden"
  | "busy"
  | "fault"
  | "partial"
  | "not-found"
  | "interrupted"
  | "unsupported"
  | "conflict";

export type Effect =
  /** An HTTP error; `applies` says that the change was begun all the same. */
  | {
      readonly kind: "error";
      readonly status: number;
      readonly message?: string;
      readonly retryAfterS?: number;
      readonly applies?: boolean;
    }
  | { readonly kind: "unreachable" }
  /** The request never gets to the cloud, and the caller hears nothing. */
  | { readonly kind: "hang" }
  /** The request is carried out, and the caller hears nothing. */
  | { readonly kind: "answer-lost" }
  /** The request is on its way for so long; the server's clock when it arrives is what counts. */
  | { readonly kind: "late"; readonly ms: number }
  /** The request is carried out at once, and the answer is on its way for so long. */
  | { readonly kind: "slow-answer"; readonly ms: number }
  | { readonly kind: "cut" }
  | { readonly kind: "malformed" }
  /** The operation takes so long instead of what the settings say. */
  | { readonly kind: "slow-operation"; readonly ms: number }
  /** The operation ends so; `applies` says that its change happens all the same. */
  | {
      readonly kind: "operation";
      readonly state: "failure" | "timeout";
      readonly reason: Reason;
      readonly applies?: boolean;
    }
  /** The read shows the world as it was so long ago. */
  | { readonly kind: "lag"; readonly ms: number };

export type Fault = {
  /** Name to take it away by. */
  readonly name: string;
  /** Absent: every call. */
  readonly calls?: readonly Call[];
  /** Absent: every node. */
  readonly from?: readonly string[];
  /** Share of the requests that it meets; absent: all. */
  readonly rate?: number;
  /** How many requests it meets before it is over; absent: no limit. */
  readonly times?: number;
  /** Virtual time at which it is over; absent: never. */
  readonly untilMs?: number;
  readonly effect: Effect;
};

export type EffectOf<Kind extends Effect["kind"]> = Extract<Effect, { readonly kind: Kind }>;

const meets = (fault: Fault, request: Request, nowMs: number, random: () => number): boolean =>
  (fault.calls === undefined || fault.calls.includes(request.action.call)) &&
  (fault.from === undefined || fault.from.includes(request.from)) &&
  (fault.untilMs === undefined || nowMs < fault.untilMs) &&
  (fault.rate === undefined || random() < fault.rate);

/** The effects that meet a request, and the faults that are left after it. */
export function draw(
  cloud: Cloud,
  request: Request,
  nowMs: number,
  random: () => number,
): { readonly effects: readonly Effect[]; readonly faults: readonly Fault[] } {
  const effects: Effect[] = [];
  const faults: Fault[] = [];
  for (const fault of cloud.faults) {
    const met = meets(fault, request, nowMs, random);
    if (met) effects.push(fault.effect);
    const left = fault.times === undefined || !met ? fault : { ...fault, times: fault.times - 1 };
    if (left.times !== 0 && (left.untilMs === undefined || nowMs < left.untilMs)) faults.push(left);
  }
  return { effects, faults };
}

/** The first effect of a kind, if any. */
export function effectOf<Kind extends Effect["kind"]>(
  effects: readonly Effect[],
  kind: Kind,
): EffectOf<Kind> | undefined {
  return effects.find((effect): effect is EffectOf<Kind> => effect.kind === kind);
}

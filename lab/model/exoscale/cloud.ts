/** The state of the cloud: settings, the world and its past, what is under way, what is broken. */
import type { Pool } from "./chance.ts";
import type { Change } from "./change.ts";
import type { Effect, Fault, Reason } from "./fault.ts";
import type { Happening } from "./happenings.ts";
import type { Reference } from "./prepared.ts";
import type { Answer, Call, Request } from "./request.ts";
import type { Policy, World } from "./world.ts";

/** Lowest and highest; each use draws a value between them. */
export type Range = readonly [number, number];

export type Settings = {
  /** How long an operation takes, in milliseconds. */
  readonly operationMs: Range;
  /** How long an answer takes to come back. */
  readonly answerMs: Range;
  /** How old the world is that a read shows; operations are always shown as they are. */
  readonly readLagMs: Range;
  /** For how long past worlds and ended operations are kept. */
  readonly historyMs: number;
  /** What attaching twice or detaching what is not attached gives: the documents do not say. */
  readonly repeated: "success" | "failure" | "refused";
  /** The server's clock at virtual time 0, and how far it is off. */
  readonly epochMs: number;
  readonly skewMs: number;
  /** Where the public addresses of instances and the elastic IPs are taken from. */
  readonly instanceAddresses: Pool;
  readonly elasticAddresses: Pool;
  /** What the organisation allows at all; a role's policy can only take away from it. */
  readonly organizationPolicy?: Policy;
  /** Status of an answer to a bad signature: not documented. */
  readonly authStatus: 401 | 403;
  /** For each key; without it there is no limit. */
  readonly rateLimit?:
    | {
        readonly calls: number;
        readonly perMs: number;
        readonly retryAfterS: number;
        /** Absent: every key. */
        readonly keys?: readonly string[];
      }
    | undefined;
};

/** A key that was there from the start; those that are made have a role. */
export type Key = {
  readonly allows: "all" | readonly Call[];
  /** Attach and detach only these addresses, as `resources.elastic_ip.ip in [...]` does. */
  readonly elasticIps?: readonly string[];
};

export type Operation = {
  readonly id: string;
  readonly state: "pending" | "success" | "failure" | "timeout";
  readonly reason?: Reason;
  readonly message?: string;
  /** The object that is changed, as its path. */
  readonly reference: Reference;
  readonly change: Change;
  readonly from: string;
  readonly endsAtMs: number;
  /** How it ends when a fault says so. */
  readonly fate?: Extract<Effect, { readonly kind: "operation" }>;
};

type Due =
  | { readonly kind: "arrive"; readonly request: Request; readonly effects: readonly Effect[] }
  | { readonly kind: "end"; readonly operation: string }
  | { readonly kind: "answer"; readonly answer: Answer };

/** Due things of one moment happen in the order in which they were planned. */
export type Scheduled = { readonly atMs: number; readonly due: Due };

export type Cloud = {
  readonly settings: Settings;
  readonly world: World;
  /** Past worlds with the moment from which each was so, the oldest first; the last is now's. */
  readonly history: readonly { readonly sinceMs: number; readonly world: World }[];
  readonly operations: Readonly<Record<string, Operation>>;
  readonly operationsBegun: number;
  readonly keys: Readonly<Record<string, Key>>;
  readonly faults: readonly Fault[];
  readonly schedule: readonly Scheduled[];
  /** When each key was last served, for the rate limit. */
  readonly served: Readonly<Record<string, readonly number[]>>;
};

/** What happened in truth, for checkers and logs; no node ever sees it. */
export type CloudEvent = { readonly atMs: number } & (
  | { readonly kind: "received"; readonly request: Request; readonly effects: readonly Effect[] }
  | { readonly kind: "began" | "ended"; readonly operation: Operation }
  | (Happening & { readonly by: By })
);

/** The node whose operation it was, or a person. */
export type By = { readonly operation: string; readonly from: string } | "person";

/** One step being made: the cloud so far, and what came of it. */
export type Turn = {
  cloud: Cloud;
  readonly answers: Answer[];
  readonly events: CloudEvent[];
  readonly random: () => number;
};

export const plan = (turn: Turn, atMs: number, due: Due): void => {
  turn.cloud = { ...turn.cloud, schedule: [...turn.cloud.schedule, { atMs, due }] };
};

export const drawn = (turn: Turn, [low, high]: Range): number =>
  low === high ? low : low + turn.random() * (high - low);

export const serverClockMs = (settings: Settings, nowMs: number): number =>
  settings.epochMs + nowMs + settings.skewMs;

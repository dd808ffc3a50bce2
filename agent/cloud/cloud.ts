/**
 * The seam between the agent and a cloud: three verbs, each a request that promises an outcome.
 * Outcomes are plain data and no promise is ever rejected. No verb retries a decision: who asked
 * looks at the outcome, observes, and decides anew.
 *
 * All times named `...Ms` here are on the agent's monotonic clock unless they say otherwise.
 */

export type Cloud = {
  /** How long after a request's end reads may still contradict it. */
  readonly settleMs: number;
  readonly observe: (request: ObserveRequest) => Promise<Observed>;
  readonly claim: (request: MoveRequest) => Promise<Moved>;
  readonly release: (request: MoveRequest) => Promise<Moved>;
  /** The cloud's ids of addresses, by address. Those that it does not know are left out. */
  readonly addressIds: (request: Within) => Promise<Outcome<Readonly<Record<string, string>>>>;
  readonly instances: (request: ListRequest) => Promise<Outcome<readonly CloudInstance[]>>;
  /** Destroys the sockets of all requests under way: what a paused node had asked must die. */
  readonly drop: () => void;
  /** How far this host's wall clock is ahead of the cloud's, once the cloud has told. */
  readonly clockAheadMs: () => number | undefined;
};

/** By when the answer is wanted, on the monotonic clock. */
export type Within = { readonly deadlineMs: number };

export type ObserveRequest = Within & {
  /** Ids of the instances that may hold; `zone` looks at every instance that the key may see. */
  readonly candidates: readonly string[] | "zone";
};

export type MoveRequest = Within & { readonly address: string; readonly instance: string };

export type ListRequest = Within & { readonly of: InstanceSelector };

export type InstanceSelector =
  /** A group by its name or its id. */
  | { readonly from: "security-group"; readonly group: string }
  /** A label by its name, or by `name=value`. */
  | { readonly from: "label"; readonly label: string }
  | { readonly from: "zone" };

export type CloudInstance = {
  readonly id: string;
  readonly name: string;
  readonly running: boolean;
  /** The cloud's own word for the state. */
  readonly state: string;
  /** The instance's own addresses, by which its heartbeats come. */
  readonly ips: readonly string[];
};

/** What the cloud showed. An instance that it no longer knows is `gone` and holds nothing. */
export type Observation = {
  readonly instances: Readonly<Record<string, ObservedInstance>>;
  /** When the first read was sent, and when the last answer was in. */
  readonly beganMs: number;
  readonly endedMs: number;
  /** How far the cloud's clock is ahead of the monotonic one, cut to the second. */
  readonly serverAheadMs: number | undefined;
};

export type ObservedInstance = {
  readonly state: string;
  readonly running: boolean;
  readonly gone: boolean;
  /** The cloud's ids of the addresses that it holds. */
  readonly holds: readonly string[];
};

export type Outcome<Value> = { readonly kind: "done"; readonly value: Value } | Trouble;

/** A read that failed in part is no observation, so there is nothing between `done` and trouble. */
export type Observed = Outcome<Observation>;

export type Moved =
  /** The cloud says that the move is made; only reading back confirms it. */
  | { readonly kind: "done"; readonly beganMs: number; readonly endedMs: number }
  /** The cloud took the request and had not ended it by the deadline. */
  | { readonly kind: "pending"; readonly operation: string; readonly message: string }
  | Trouble;

export type Trouble =
  /** The cloud said no, and nothing of the request is under way. */
  | { readonly kind: "refused"; readonly why: Refusal; readonly message: string }
  | {
      readonly kind: "refused";
      readonly why: "rate-limited";
      readonly retryAfterMs: number;
      readonly message: string;
    }
  /** Nothing was carried out: no connection, or a read with no usable answer. */
  | { readonly kind: "unreachable"; readonly retryAfterMs?: number; readonly message: string }
  /**
   * The request may have been carried out. From `fencedMs` on it can no longer begin to be, so a
   * read begun after that tells.
   */
  | {
      readonly kind: "timeout-unknown";
      readonly fencedMs: number;
      readonly retryAfterMs?: number;
      readonly message: string;
    };

export type Refusal =
  /** Key, signature or clock: to be treated as "API unreachable", never as "address lost". */
  | "auth"
  /** The key is good and its policy does not allow this. */
  | "forbidden"
  | "not-found"
  /** The cloud is busy with the object, or has nothing to change. */
  | "conflict"
  /** The operation ended in failure. */
  | "failed"
  /** The cloud does not understand the request: a bug of ours, or a change of the API. */
  | "invalid";

/** The state of one agent, the events that change it and the effects that it asks for. */
import type { Backoff } from "./backoff.ts";
import type { Frame, FrameRelease, NodeId } from "./frame.ts";
import type { Health } from "./health.ts";
import type { Role } from "./roles.ts";

export type Settings = {
  readonly self: NodeId;
  readonly addresses: readonly { readonly name: string; readonly rank: number }[];
  readonly intervalMs: number;
  readonly deadRatio: number;
  readonly preempt: boolean;
  readonly preemptDelayMs: number;
  readonly hold: "exclusive" | "shared";
  /** Whether the cloud lets several instances hold an address at once. */
  readonly severalHolders: boolean;
  /** Time after a change for which the cloud's reads may still show what was before. */
  readonly settleMs: number;
  /** Time after which an attempt at the API has failed. */
  readonly deadlineMs: number;
  readonly checks: readonly { readonly rise: number; readonly fall: number }[];
};

export type Peer = {
  readonly heardAt: number;
  readonly sequence: number;
  readonly frame: Frame;
  /** When the peer last heard each node that it hears, in our own time. */
  readonly hears: ReadonlyMap<NodeId, number>;
};

export type Request = {
  readonly kind: "claim" | "release";
  readonly whom: NodeId;
  readonly sentAt: number;
  /** From here on the request can no longer take effect. */
  readonly fenceAt: number;
};

/** What a read of the cloud showed. */
export type Observation = {
  readonly holders: ReadonlySet<NodeId>;
  /** Instances that the cloud says are not running. */
  readonly stopped: ReadonlySet<NodeId>;
  readonly begunAt: number;
};

/** We saw another take the address, and stand back from it. */
export type Yield = { readonly to: NodeId; readonly contestAt: number };

export type AddressState = {
  readonly name: string;
  readonly role: Role;
  readonly seen: Observation | undefined;
  /** Holders that appeared in one read only; a second one makes it a move. */
  readonly suspects: ReadonlySet<NodeId>;
  /** Holders that we heard while they held: when they fall silent they are dead. */
  readonly knownHolders: ReadonlySet<NodeId>;
  readonly request: Request | undefined;
  /** The last request that ended, and when: a read begun before that says nothing about now. */
  readonly ended:
    | { readonly kind: Request["kind"]; readonly whom: NodeId; readonly done: boolean }
    | undefined;
  readonly requestEndedAt: number;
  /** Whether our own claim put the address here. */
  readonly claimed: boolean;
  readonly yielded: Yield | undefined;
  readonly contest: Backoff;
  readonly observing: boolean;
  readonly observeAt: number;
  readonly actAt: number;
  readonly retry: Backoff;
  /** Since when the first of a row of claims has been failing. */
  readonly failingSince: number | undefined;
  readonly differsSince: number | undefined;
  readonly movedAt: number | undefined;
  /** When this node got the address, the latest last. */
  readonly returns: readonly number[];
  /** Until when a move by hand is respected. */
  readonly respectUntil: number;
  /** Why this node does or does not hold, in words for people. */
  readonly reason: string;
};

export type State = {
  readonly settings: Settings;
  readonly now: number;
  readonly health: Health;
  readonly maintenance: boolean;
  /** Until when addresses are given away, and whether the program then ends. */
  readonly resigning: { readonly until: number; readonly exit: boolean } | undefined;
  readonly wellSince: number | undefined;
  readonly peers: ReadonlyMap<NodeId, Peer>;
  readonly group: ReadonlySet<NodeId>;
  readonly addresses: ReadonlyMap<string, AddressState>;
  readonly sequence: number;
  readonly advertiseAt: number;
  /** Until when this node only listens: after a start, and after a pause. */
  readonly listenUntil: number;
  /** How late the last timer came; a late node hears its peers late. */
  readonly latenessMs: number;
  readonly releases: readonly FrameRelease[];
  readonly random: number;
};

export type Event =
  | { readonly type: "tick" }
  | { readonly type: "frame"; readonly frame: Frame }
  | { readonly type: "group"; readonly members: readonly NodeId[] }
  | { readonly type: "observed"; readonly address: string; readonly observation: Observation }
  | { readonly type: "observe-failed"; readonly address: string }
  | { readonly type: "requested"; readonly address: string; readonly outcome: Outcome }
  | {
      readonly type: "check";
      readonly index: number;
      readonly good: boolean;
      readonly why?: string;
    }
  | { readonly type: "maintenance"; readonly on: boolean }
  | { readonly type: "handover"; readonly exit: boolean }
  | { readonly type: "rank"; readonly address: string; readonly rank: number };

/** `unknown`: it may have happened, or may yet until the fence. */
export type Outcome = "done" | "refused" | "unknown";

export type Effect =
  | { readonly type: "advertise"; readonly frame: Frame }
  | { readonly type: "observe"; readonly address: string }
  | { readonly type: "claim"; readonly address: string; readonly fenceAt: number }
  | {
      readonly type: "release";
      readonly address: string;
      readonly whom: NodeId;
      readonly fenceAt: number;
    }
  /** Sockets of requests under way are destroyed; what is queued is dropped. */
  | { readonly type: "abandon" }
  | { readonly type: "say"; readonly address: string; readonly text: string }
  | { readonly type: "exit" };

export const deadIntervalMs = ({ settings, latenessMs }: State): number =>
  settings.deadRatio * settings.intervalMs + latenessMs;

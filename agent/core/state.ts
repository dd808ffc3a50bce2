/** The state of one agent, the events that change it and the effects that it asks for. */
import type {
  Advertisement,
  BootId,
  NodeId,
  ReleaseNotice,
  SignedAdvertisement,
} from "../wire/advertisement.ts";
import type { Backoff } from "./backoff.ts";
import type { Health } from "./health.ts";
import type { Peer } from "./peers.ts";
import type { Role } from "./roles.ts";

export type Settings = {
  /** The cloud's id of this instance. */
  readonly self: NodeId;
  readonly boot: BootId;
  readonly election: Election;
  readonly addresses: readonly { readonly ip: string; readonly rank: number }[];
  /** Time after a change for which the cloud's reads may still show what was before (R4). */
  readonly settleMs: number;
  /** Time after which an attempt at the API has failed. */
  readonly deadlineMs: number;
  readonly checks: readonly { readonly rise: number; readonly fall: number }[];
  /** Gives the address up on a stop even where nobody answers, as exoip does (R11). */
  readonly releaseOnStop: boolean;
  /** How long a move by a person is respected (R13). */
  readonly respectMs: number;
  /** Whether an address that was moved outside the group is claimed back (R13). */
  readonly takeFromOutside: boolean;
};

/** Who decides who should hold. */
export type Election =
  | {
      readonly method: "heartbeat";
      readonly wire: "authenticated" | "exoip";
      readonly intervalMs: number;
      readonly deadRatio: number;
      readonly preempt: boolean;
      readonly preemptDelayMs: number;
      readonly hold: "exclusive" | "shared";
      /** Until a person changes it: a lower one wins, before any rank. */
      readonly priority: number;
    }
  /** Another program elects (keepalived, CARP): its word comes as `wish` events. */
  | { readonly method: "wish" };

export type Request = {
  readonly kind: "claim" | "release";
  readonly whom: NodeId;
  readonly sentAt: number;
  /** From here on the request can no longer take effect. */
  readonly fenceAt: number;
};

/** What a believed read of the cloud showed of one address. */
export type Observation = {
  readonly scope: Scope;
  readonly holders: ReadonlySet<NodeId>;
  /** Instances that the cloud says are not running, each with when the first such read began. */
  readonly stopped: ReadonlyMap<NodeId, number>;
  readonly begunAt: number;
  readonly answeredAt: number;
};

/** Which frame told a node first that we release it, by its number. */
export type Announcement = { readonly whom: NodeId; readonly sequence: number };

/** We saw another take the address, and stand back from it. */
export type Yield = { readonly to: NodeId; readonly contestAt: number };

export type AddressState = {
  readonly ip: string;
  readonly role: Role;
  readonly seen: Observation | undefined;
  /** Nodes that no read has covered yet, with when they joined: what they hold is no move. */
  readonly newcomers: ReadonlyMap<NodeId, number>;
  /** Holders that appeared in one read only; a second one makes it a move. */
  readonly suspects: ReadonlySet<NodeId>;
  /** Holders with whom we had a link while they held: when they fall silent they are dead. */
  readonly knownHolders: ReadonlySet<NodeId>;
  /** Nodes that were seen to hold no more since their last frame: they take it anew, if at all. */
  readonly formerHolders: ReadonlySet<NodeId>;
  /**
   * When a release of a node has landed at the latest: one that a peer told of, or one of ours of
   * which nothing is known. Until a later read that node is no holder.
   */
  readonly releaseLandsAt: ReadonlyMap<NodeId, number>;
  /** When the last read began that showed us not holding. */
  readonly withoutAt: number;
  /** When the last read began that showed us holding; who starts may have held until then. */
  readonly withAt: number;
  readonly request: Request | undefined;
  /** A look at ourselves alone has contradicted what was seen. */
  readonly doubted: boolean;
  /**
   * The last request that ended, or that another told of, and when: a read begun before that says
   * nothing about now.
   */
  readonly ended:
    | {
        readonly kind: Request["kind"];
        readonly whom: NodeId;
        readonly done: boolean;
        readonly told?: true;
      }
    | undefined;
  readonly requestEndedAt: number;
  /** Until then a release of ourselves may land though it failed. */
  readonly mayLoseUntil: number;
  /** Until then a claim of ours may land though it failed. */
  readonly mayGainUntil: number;
  /** Whether our own claim put the address here. */
  readonly claimed: boolean;
  /** What another program wishes for us, where one elects. */
  readonly wish: boolean;
  readonly yielded: Yield | undefined;
  readonly contest: Backoff;
  /** From when the cloud is to be read for this address. */
  readonly observeAt: number;
  readonly actAt: number;
  readonly retry: Backoff;
  /** Since when the first of a row of claims has been failing. */
  readonly failingSince: number | undefined;
  readonly differsSince: number | undefined;
  readonly movedAt: number | undefined;
  /**
   * Moments of our last claim, for its phases; and who was silent when it was decided, having heard
   * before that we did not hold, or whether all who look at the cloud must have seen that.
   */
  readonly claim:
    | {
        readonly silent: readonly NodeId[];
        readonly unseen: boolean;
        readonly heardAt: number | undefined;
        readonly decidedAt: number;
        readonly answeredAt: number;
      }
    | undefined;
  /** When this node got the address, the latest last. */
  readonly returns: readonly number[];
  /** Until when a move by hand is respected. */
  readonly respectUntil: number;
  /**
   * The number of the first frame in a row that said that we would let go. Only a peer that had
   * heard it, and wants to keep the address all the same, is one to let go for.
   */
  readonly unwantedFrom: number | undefined;
  /** The release that a node which hears us is told of before we ask for it. */
  readonly announced: Announcement | undefined;
  /** The number of the first frame in a row that said that we do not hold, nor try to. */
  readonly withoutFrom: number | undefined;
  /** Why this node does or does not hold, in words for people. */
  readonly reason: string;
};

/**
 * What is known of the agent before this one: nothing; that no release that it asked for may land
 * any more; or besides that its own was the last, so that a read may still show it as a holder.
 */
export type Past = "unknown" | "in order" | "let go";

export type State = {
  readonly settings: Settings;
  readonly now: number;
  readonly priority: number;
  readonly health: Health;
  readonly maintenance: boolean;
  /** Until when addresses are given away, and whether the program then ends. */
  readonly resigning:
    | { readonly since: number; readonly until: number; readonly exit: boolean }
    | undefined;
  readonly wellSince: number | undefined;
  /** When this node fell ill, the latest last. */
  readonly illnesses: readonly number[];
  readonly peers: ReadonlyMap<NodeId, Peer>;
  /** All who may hold, this node among them; others are never released. */
  readonly group: ReadonlySet<NodeId>;
  /** Until when nothing is done without having been told who is in the group. */
  readonly aloneUntil: number;
  /** Until then what an earlier agent of this node asked for may land. */
  readonly inheritedUntil: number;
  readonly addresses: ReadonlyMap<string, AddressState>;
  /** The read under way. */
  readonly reading: { readonly scope: Scope; readonly until: number } | undefined;
  /** How far the cloud's clock was ahead of ours at our time `at`. */
  readonly cloudClock: { readonly aheadMs: number; readonly at: number } | undefined;
  /** No read is begun before, since the last ones failed. */
  readonly readAfter: number;
  readonly readRetry: Backoff;
  /** When each call of a read within the last minute was made: no more than so many are (I6). */
  readonly calls: readonly number[];
  /** Since when reads have been failing. */
  readonly apiFailingSince: number | undefined;
  /** A look at every instance has failed, so the group must do. */
  readonly zoneFailed: boolean;
  readonly advertiseAt: number;
  /** What the last frame said that peers act upon. */
  readonly stance: string;
  /** What makes this node one to let go for or not, and since when. */
  readonly standing: string;
  readonly standingAt: number;
  /** Number of the last frame of this boot. */
  readonly sequence: number;
  /** Until when this node only listens: after a start, and after a pause. */
  readonly listenUntil: number;
  /** How late the last timer came; a late node hears its peers late. */
  readonly latenessMs: number;
  /** The last releases of others, each with until when frames tell of it. */
  readonly releases: readonly (ReleaseNotice & { readonly until: number })[];
  readonly random: number;
};

/** Whose possessions are read: our own, those of the group, or those of every instance. */
export type Scope = "self" | "group" | "zone";

export type Event =
  | { readonly type: "tick" }
  /** A frame whose signature and freshness, or whose source address, make it a peer's. */
  | { readonly type: "frame"; readonly from: NodeId; readonly frame: Advertisement }
  | { readonly type: "group"; readonly members: readonly NodeId[] }
  | ({ readonly type: "observed" } & Read)
  | { readonly type: "observe-failed"; readonly why: string; readonly retryAfterMs?: number }
  | {
      readonly type: "requested";
      readonly ip: string;
      readonly outcome: Outcome;
      readonly why: string;
      readonly retryAfterMs?: number;
    }
  | {
      readonly type: "check";
      readonly index: number;
      readonly good: boolean;
      readonly why?: string;
    }
  | { readonly type: "wish"; readonly ip: string; readonly master: boolean }
  /** A peer needs a frame of ours, to prove that it lives. */
  | { readonly type: "advertise" }
  /** Somebody who may know more asks to look at the cloud now. */
  | { readonly type: "look" }
  | { readonly type: "maintenance"; readonly on: boolean }
  | { readonly type: "handover"; readonly exit: boolean }
  | { readonly type: "priority"; readonly priority: number };

/** A read of the cloud as it came in: addresses that nobody holds may be left out. */
export type Read = {
  readonly scope: Scope;
  readonly begunAt: number;
  readonly holders: ReadonlyMap<string, ReadonlySet<NodeId>>;
  readonly stopped: ReadonlySet<NodeId>;
  /** How far the cloud's clock is ahead of ours, cut to the second, where it tells. */
  readonly cloudAheadMs?: number | undefined;
};

/** `unknown`: it may have happened, or may yet until the fence. */
export type Outcome = "done" | "refused" | "unknown";

export type Effect =
  | { readonly type: "advertise"; readonly report: Report }
  /** `also`: instances outside the group that are to be looked at with it. */
  | { readonly type: "observe"; readonly scope: Scope; readonly also: readonly NodeId[] }
  | { readonly type: "claim"; readonly ip: string; readonly fenceAt: number }
  | {
      readonly type: "release";
      readonly ip: string;
      readonly whom: NodeId;
      readonly fenceAt: number;
    }
  /** Sockets of requests under way are destroyed; what is queued is dropped. */
  | { readonly type: "abandon" }
  | { readonly type: "note"; readonly note: Note }
  | { readonly type: "exit" };

/** What the core has to tell its peers; the heartbeat adds who speaks, and whom it hears. */
export type Report = Omit<
  SignedAdvertisement,
  "wire" | "node" | "name" | "boot" | "uptimeMs" | "intervalMs" | "heard"
>;

/** What happened, for the log, the history and the metrics. Times and spans in milliseconds. */
export type Note =
  | { readonly kind: "reason"; readonly ip: string; readonly text: string }
  | { readonly kind: "role"; readonly ip: string; readonly from: Role; readonly to: Role }
  | {
      readonly kind: "request";
      readonly ip: string;
      readonly what: Request["kind"];
      readonly whom: NodeId;
      readonly why: string;
    }
  | {
      readonly kind: "answer";
      readonly ip: string;
      readonly what: Request["kind"];
      readonly whom: NodeId;
      readonly outcome: Outcome;
      readonly tookMs: number;
      readonly why: string;
    }
  /** The cloud shows other holders than before. */
  | { readonly kind: "holders"; readonly ip: string; readonly holders: readonly NodeId[] }
  /** Our own claim was read back. `detectMs` counts from the old holder's last frame. */
  | {
      readonly kind: "moved";
      readonly ip: string;
      readonly detectMs: number | undefined;
      readonly claimMs: number;
      readonly confirmMs: number;
    }
  | { readonly kind: "peer"; readonly node: NodeId; readonly alive: boolean }
  | { readonly kind: "health"; readonly healthy: boolean; readonly why: string }
  | { readonly kind: "paused"; readonly ms: number };

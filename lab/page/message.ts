/** What the page is told: facts that stand, and messages in the order in which things happened. */

/** What befalls one host, a path or the cloud, as one button. */
export type FaultButton = {
  readonly label: string;
  /** What it does, for people. */
  readonly does: string;
  /** Words of `baton lab`. */
  readonly words: readonly string[];
  /** The words that end it; one without them is over at once. */
  readonly undo?: readonly string[];
};

export type FaultGroup = {
  readonly title: string;
  readonly of: "balancer" | "all" | "backend";
  readonly faults: readonly FaultButton[];
};

/** Times of the election are in milliseconds. */
export type Facts = {
  readonly stack: string;
  /** Nothing is real but the agents' core. */
  readonly simulation: boolean;
  readonly balancers: readonly string[];
  readonly backends: readonly string[];
  readonly intervalMs: number;
  /** How long after the holder's last heartbeat it may be noticed at the latest. */
  readonly limitMs: number;
  /** By what they befall: a host's name, `paths`, or `cloud`. */
  readonly faults: Readonly<Record<string, FaultGroup>>;
};

/** What an agent says of itself, without what changes all the time. */
export type AgentView = {
  readonly healthy: boolean;
  readonly maintenance: boolean;
  readonly resigning: boolean;
  /** What fails, in its words. */
  readonly checks: readonly string[];
  readonly addresses: readonly {
    readonly ip: string;
    readonly role: string;
    readonly holds: boolean;
    readonly why: string;
  }[];
  readonly peers: readonly {
    readonly name: string;
    readonly heard: boolean;
    readonly bothWays: boolean;
  }[];
  readonly problems: readonly { readonly text: string; readonly fix: string }[];
};

/** How many, by name. */
export type Tally = Readonly<Record<string, number>>;

/** Requests sent within one second, by what came of them and where the router led them. */
export type Counts = {
  /** By who answered. */
  readonly answered: Tally;
  /** By load balancer. */
  readonly routed: Tally;
  /** By the address that was asked, those that were answered and those that were not. */
  readonly good: Tally;
  readonly failed: Tally;
};

/** One row of requests: all answered, some, none, or none sent. */
export type Cell = "good" | "mixed" | "failed" | "none";

/**
 * Why an address moved: its holder fell silent or was stopped, it was told to give way or is sick,
 * a better one is back, or one that was not heard is contested after
 * a while. A claim that no agent explains, such as a person's, is `other`.
 */
export type Cause = "silent" | "stopped" | "planned" | "sick" | "failback" | "contested" | "other";

/** The way of an address from one holder to the next; moments are Unix milliseconds. */
export type Failover = {
  readonly id: number;
  readonly cause: Cause;
  readonly ip: string;
  readonly from: string;
  readonly to: string;
  readonly lastHeartbeat?: number;
  readonly detected?: number;
  readonly claimSent: number;
  readonly confirmed?: number;
  readonly firstFailed?: number;
  /** The first answer that follows a request that failed. */
  readonly firstGood?: number;
  readonly failed: number;
  readonly cells: {
    readonly begin: number;
    readonly stepMs: number;
    readonly row: readonly Cell[];
  };
};

export type Tone = "agent" | "cloud" | "order" | "client" | "lab" | "trouble";

/** `at` is Unix milliseconds. */
export type Message = { readonly at: number } /** A step of bringing the lab up or down. */ & (
  | {
      readonly kind: "step";
      readonly title: string;
      readonly state: "begun" | "done" | "failed";
    }
  /** The truth: where the router sends traffic, and which hosts are on. */
  | {
      readonly kind: "scene";
      readonly holders: Readonly<Record<string, readonly string[]>>;
      readonly off: readonly string[];
    }
  | { readonly kind: "agent"; readonly node: string; readonly view: AgentView | null }
  | {
      readonly kind: "beat";
      readonly from: string;
      readonly to: string;
      readonly arrived: boolean;
    }
  /** Adds to a second, in Unix seconds. */
  | { readonly kind: "traffic"; readonly second: number; readonly counts: Counts }
  /** Calls to the cloud that an agent has made since the message before. */
  | { readonly kind: "calls"; readonly node: string; readonly count: number }
  | {
      readonly kind: "said";
      readonly who: string;
      readonly tone: Tone;
      readonly text: string;
    }
  /** Somebody pressed a button, or typed a command. */
  | { readonly kind: "order"; readonly words: readonly string[] }
  | { readonly kind: "failover"; readonly failover: Failover }
);

/** A moment's message without its moment. */
export type Untimed = Message extends infer One
  ? One extends Message
    ? Omit<One, "at">
    : never
  : never;

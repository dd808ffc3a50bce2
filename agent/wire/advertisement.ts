/**
 * What nodes tell each other, free of any bytes: types only, so that the core may import them. Each
 * field names the rule that needs it; the rules R1 to R20 are those of the election and reconcile.
 *
 * No field is a wall clock: times are ages or spans in milliseconds, from the moment of sending.
 */

/** The cloud's id of an instance: it names a node for its whole life, and releases are made by it. */
export type NodeId = string;

/** 64 random bits as 16 hex digits, drawn when the agent starts. */
export type BootId = string;

/** What one frame says. exoip's wire can say so little that the core must know which one spoke. */
export type Advertisement = SignedAdvertisement | ExoipAdvertisement;

/** All that an exoip frame says. Who sent it is known by its source address alone. */
export type ExoipAdvertisement = {
  readonly wire: "exoip";
  /** Lowest wins; equal priorities share (R8: the only sign of who should hold). */
  readonly priority: number;
  readonly ip: string;
  /** By this id an original exoip releases the sender; all zeros where it is not known. */
  readonly nicId: string;
};

/** A frame of our own wire, whose signature was right; `freshness.ts` says whether it counts. */
export type SignedAdvertisement = {
  readonly wire: "authenticated";
  readonly node: NodeId;
  /** Name in the stack file, for people: status and logs. */
  readonly name: string;
  /** R9: tells a restart from a replay. */
  readonly boot: BootId;
  /** R9: grows by at least one with every frame of a boot, from 1; it never wraps. */
  readonly sequence: number;
  /**
   * R15: milliseconds since `boot` was drawn, modulo 2^32. A peer whose uptime grew by more than
   * our own clock did shows that we were paused. The sequence cannot tell that as well, because a
   * frame is also sent at once when something changes.
   */
  readonly uptimeMs: number;
  /**
   * R8: the sender's own interval, from which its dead interval follows. While an interval is being
   * changed node by node, a slower node must not look dead to a faster one.
   */
  readonly intervalMs: number;
  /** R12: all health checks pass; I5 gives the address away otherwise. */
  readonly healthy: boolean;
  /** R13: a person took the node out of the election, for as long as it says so. */
  readonly maintenance: boolean;
  /** R11: "resigning until", as time that is left; 0 when it does not resign. */
  readonly resigningMs: number;
  /** Priority in force, changed at run time by signal or command; compared before rank. */
  readonly priority: number;
  /** R8 and R9: whom the sender hears, and the echo of their boots. Most important first. */
  readonly heard: readonly Heard[];
  readonly addresses: readonly AddressReport[];
  /** R7: releases of others, newest first, from before each is asked for until it has landed. */
  readonly releases: readonly ReleaseNotice[];
};

/** One peer, as the sender hears it. */
export type Heard = {
  /** A tag (`#` and 8 hex digits) instead of an id where the receiver knows no such node. */
  readonly node: NodeId;
  /** R9: the echo. Who finds its own boot here knows that the sender lives now. */
  readonly boot: BootId;
  /** R9: the newest sequence heard of that boot. */
  readonly sequence: number;
  /** R8: time since that frame came; a witness's word on whether the peer is dead. */
  readonly ageMs: number;
  /**
   * R9: whether the sender takes that boot as fresh. Two nodes that start need each other's echo
   * before either is accepted; an unproven entry is that echo, and no witness of life.
   */
  readonly proven: boolean;
};

/** One address, as the sender sees it. */
export type AddressReport = {
  /** The address that the nodes carry (a VIP where there is one), in canonical text. */
  readonly ip: string;
  /** R5, R11, R19: place in the preferred order, 0 best; equal ranks share in shared mode. */
  readonly rank: number;
  /** For people and status: the sender's role for this address. */
  readonly role: Role;
  /** R8, R18: the sender's own election says that it should hold. */
  readonly wants: boolean;
  readonly possession: Possession;
  /** R5, R8: it neither claims nor releases others, since it saw a move that it did not make. */
  readonly yields: boolean;
  /**
   * R14: claims failed for one deadline, the API is out of reach while it must claim, or its checks
   * fail and it does not hold.
   */
  readonly unable: boolean;
};

export type Role = "init" | "backup" | "master" | "fault";

/** How far the sender has the address, as observed in the cloud and never as believed. */
export type Possession =
  /** Not seen holding, and nothing under way. */
  | "none"
  /** R2, R11: its claim is under way or not confirmed yet. */
  | "claiming"
  /** R4: seen holding by its own claim. */
  | "claimed"
  /** R10, R13: seen holding, not by its own claim: a person, another tool or an earlier boot. */
  | "given";

export type ReleaseNotice = {
  readonly whom: NodeId;
  /** One of the frame's own addresses. */
  readonly ip: string;
  /** R7: counts the releases that this boot told of, so that the node answers each once. */
  readonly count: number;
};

/** Decoding never throws: it gives a value, or the reason why there is none. */
export type Decoded<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: RejectReason };

/** Every reason to drop a datagram; each has a counter. */
export type RejectReason = LayoutReason | TrustReason | FreshnessReason | SourceReason;

/** The bytes are no frame of this wire. */
export type LayoutReason =
  | "too-short"
  | "too-long"
  /** Shorter or longer than the frame itself says: cut on the way, or with something behind it. */
  | "length"
  /** Neither wire's magic. */
  | "foreign"
  /** The other wire's magic: a node of the group is configured differently. */
  | "other-wire"
  | "version"
  /** The two priority bytes of exoip differ. */
  | "priority"
  /** Signed by a key of ours and yet not readable: a bug of the sender. */
  | "malformed";

/** The signature does not make it one of ours. */
export type TrustReason = "unknown-key" | "forged";

/** The signature is right, and the frame does not speak of now. */
export type FreshnessReason =
  /** Our own frame came back. */
  | "reflected"
  /** Another agent uses our node id, or an old frame of ours came back. */
  | "same-node"
  /** The newest frame again. */
  | "replayed"
  /** Older than the newest frame: reordered or replayed. */
  | "old"
  /** A boot that a later one has replaced. */
  | "retired"
  /** A new boot without an echo of ours. */
  | "unproven"
  /** A new boot with an echo of ours that is too old. */
  | "stale-echo"
  | "too-many-peers";

/** For the adapters: the source is not among the peers, or exoip speaks of another address. */
export type SourceReason = "unknown-source" | "wrong-address";

/** What both wires of the heartbeat take and give. */
import type { Report } from "../core/state.ts";
import type { Advertisement, NodeId, RejectReason } from "../wire/advertisement.ts";
import type { Keys } from "../wire/keys.ts";
import type { Member } from "./member.ts";

export type Received =
  | {
      readonly kind: "frame";
      readonly from: NodeId;
      readonly frame: Advertisement;
      /** The sender waits to be heard: a frame out of turn saves it an interval. */
      readonly sendNow: boolean;
    }
  /** A person asks for our state; exoip's wire only. */
  | { readonly kind: "info" }
  | { readonly kind: "dropped"; readonly reason: RejectReason; readonly sendNow: boolean };

/** A sender that looks like one of ours and is no member; it may have become one since. */
export type Stranger = {
  readonly id: NodeId;
  readonly name: string;
  /** The frame's source. */
  readonly ip: string;
  /** It was signed, and not long ago: the id is the sender's own. */
  readonly proven: boolean;
};

/** What both wires are given. */
export type Surroundings = {
  readonly nowMs: () => number;
  /** Called for each frame of a stranger; it may call `setPeers`. */
  readonly onStranger: (stranger: Stranger) => void;
};

/** What a wire does with datagrams. */
export type Heartbeat = {
  /** @param from the source address in canonical text */
  readonly receive: (datagram: Uint8Array, from: string) => Received;
  /** Throws beyond the last sequence, after 2^32 - 1 frames: a restart draws a new boot id. */
  readonly encode: (report: Report) => Uint8Array;
  readonly setPeers: (peers: readonly Member[]) => void;
  /** After a pause: nothing that was said before proves anything (R15). */
  readonly forget: () => void;
  /** For a rotation while running. */
  readonly setKeys: (keys: Keys) => void;
};

export const drop = (reason: RejectReason, sendNow = false): Received => ({
  kind: "dropped",
  reason,
  sendNow,
});

/**
 * What one node tells the others, free of any wire format: the codecs of `agent/wire` turn it into
 * bytes and back. A frame reaches the core only after its signature and freshness were checked.
 */

/** Names a node for its whole life: the cloud's instance id. */
export type NodeId = string;

export type FrameAddress = {
  readonly name: string;
  /** Place of the sender in the preferred order, 0 best; equal ranks share. */
  readonly rank: number;
  /** Whether the cloud, when last read, showed the sender holding. */
  readonly holds: boolean;
  /** Whether the sender itself made that so; else a person, or another tool, did. */
  readonly claimed: boolean;
};

export type FrameRelease = {
  readonly whom: NodeId;
  readonly address: string;
  /** Counts this sender's releases, so that each is answered once. */
  readonly count: number;
};

export type Frame = {
  readonly from: NodeId;
  readonly sequence: number;
  readonly healthy: boolean;
  /** Whether the sender can reach the cloud API, as far as it has tried. */
  readonly able: boolean;
  /** Milliseconds for which the sender goes on giving its addresses away; 0 when it does not. */
  readonly resigningMs: number;
  /** Every peer that the sender hears, with the age of what it heard. */
  readonly heard: readonly { readonly id: NodeId; readonly ageMs: number }[];
  readonly addresses: readonly FrameAddress[];
  readonly releases: readonly FrameRelease[];
};

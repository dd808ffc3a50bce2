/** Sizes and codes of the authenticated frame that both directions share; docs/wire.md draws it. */
import type { Possession, Role } from "./advertisement.ts";

/** Below the smallest IPv6 packet (1,280 bytes) with its headers, so no network cuts a frame. */
export const maxFrameBytes = 1200;

/** `ba` is no first byte of exoip (`02`) nor of any ASCII text. */
export const magic: readonly number[] = [0xba, 0x70, 0x6e];
export const version = 1;

/** Magic, version and length: what every version has in the same place. */
export const prefixBytes = 6;
export const bootIdBytes = 8;
/** All of fixed size that comes before the sender's id, the prefix included. */
export const fixedBytes = 34;
/** One byte a list: addresses, heard, releases. */
export const countBytes = 3;
export const heardBytes = 20;
export const releaseBytes = 9;

export const maxIdLength = 128;
export const maxNameLength = 63;
/** Peers of a node: their entries always have room in a frame. */
export const maxPeers = 16;
/** Peers, and some room for the echoes of boots that are not proven yet. */
export const maxHeard = 20;
export const maxReleases = 6;

/** Printable and without what a log or a tag could be confused by. */
export const idPattern = /^[A-Za-z0-9][A-Za-z0-9._:-]*$/;

/** By their codes on the wire. */
export const roles: readonly Role[] = ["init", "backup", "master", "fault"];
export const possessions: readonly Possession[] = ["none", "claiming", "claimed", "given"];

/** Bits of the node's flags. Others are sent as 0 and ignored. */
export const nodeBits = { healthy: 1, maintenance: 2 } as const;

/** Bits of an address's flags; role and possession take two each. */
export const addressBits = { ipv6: 1, wants: 2, yields: 4, unable: 8 } as const;
export const roleShift = 4;
export const possessionShift = 6;

/** The first bit of an age: the boot is not proven. */
export const unprovenBit = 0x80000000;
export const maxAgeMs = 0x7fffffff;
export const maxUint32 = 0xffffffff;
/** A sender that has used this sequence draws a new boot id. */
export const maxSequence = maxUint32;

export const isOurs = (datagram: Uint8Array): boolean =>
  magic.every((byte, index) => datagram[index] === byte);

/** From a datagram to what a node of ours said, or the reason to drop it. */
import type {
  AddressReport,
  Decoded,
  Heard,
  NodeId,
  ReleaseNotice,
  SignedAdvertisement,
} from "./advertisement.ts";
import {
  addressBits,
  bootIdBytes,
  countBytes,
  fixedBytes,
  idPattern,
  isOurs,
  maxAgeMs,
  maxFrameBytes,
  maxIdLength,
  maxNameLength,
  nodeBits,
  possessionShift,
  possessions,
  prefixBytes,
  roleShift,
  roles,
  unprovenBit,
  version,
} from "./authenticated-layout.ts";
import { type Reader, reader } from "./bytes.ts";
import { formatIp } from "./ip.ts";
import { type Keys, macBytes } from "./keys.ts";
import { tagText } from "./node-tag.ts";

/** The id behind a tag, where it is known: of this node, its peers and the configured group. */
export type NodeOf = (tag: number) => NodeId | undefined;

/** Whether the frame is fresh is `freshness.ts`'s question. Cheap refusals come first. */
export function decodeAuthenticated(
  datagram: Uint8Array,
  keys: Keys,
  nodeOf: NodeOf,
): Decoded<SignedAdvertisement> {
  const { length } = datagram;
  if (!isOurs(datagram)) return reject(isExoip(datagram) ? "other-wire" : "foreign");
  if (length < prefixBytes) return reject("too-short");
  const frame = reader(datagram.subarray(0, Math.max(0, length - macBytes)));
  frame.raw(3);
  if (datagram[3] !== version) return reject("version");
  frame.raw(1);
  if (length > maxFrameBytes) return reject("too-long");
  const announced = ((datagram[4] ?? 0) << 8) | (datagram[5] ?? 0);
  if (announced !== length) return reject("length");
  if (length < smallestFrame) return reject("too-short");
  frame.raw(2);
  const keyId = frame.uint(4);
  if (!keys.knows(keyId)) return reject("unknown-key");
  const end = length - macBytes;
  if (!keys.verify(keyId, datagram.subarray(0, end), datagram.subarray(end))) {
    return reject("forged");
  }
  const value = readBody(frame, nodeOf);
  return value === undefined ? reject("malformed") : { ok: true, value };
}

/** An id and a name of one character, and no list has an entry. */
const smallestFrame = fixedBytes + 4 + countBytes + macBytes;

const reject = <Reason>(reason: Reason) => ({ ok: false, reason }) as const;

const isExoip = (datagram: Uint8Array): boolean =>
  datagram.length === 24 && datagram[0] === 2 && datagram[1] === 1;

/** What follows the last list is left to later agents to fill, and not looked at. */
function readBody(frame: Reader, nodeOf: NodeOf): SignedAdvertisement | undefined {
  const known = (tag: number): NodeId => nodeOf(tag) ?? tagText(tag);
  const boot = frame.hex(bootIdBytes);
  const sequence = frame.uint(4);
  const uptimeMs = frame.uint(4);
  const intervalMs = frame.uint(2);
  const flags = frame.uint(1);
  const priority = frame.uint(1);
  const resigningMs = frame.uint(4);
  const node = frame.text();
  const name = frame.text();
  const addresses = list(frame, () => readAddress(frame));
  const heard = list(frame, () => readHeard(frame, known));
  const releases = list(frame, () => readRelease(frame, known, addresses));
  const fine =
    sequence > 0 &&
    intervalMs > 0 &&
    node.length <= maxIdLength &&
    idPattern.test(node) &&
    name.length <= maxNameLength &&
    idPattern.test(name) &&
    releases.every(({ ip }) => ip !== "");
  if (!frame.complete() || !fine) return undefined;
  return {
    wire: "authenticated",
    node,
    name,
    boot,
    sequence,
    uptimeMs,
    intervalMs,
    healthy: (flags & nodeBits.healthy) !== 0,
    maintenance: (flags & nodeBits.maintenance) !== 0,
    resigningMs,
    priority,
    heard,
    addresses,
    releases,
  };
}

/** As many entries as the count says; no more than 255, so a lying count costs little. */
function list<Entry>(frame: Reader, read: () => Entry): readonly Entry[] {
  const entries: Entry[] = [];
  for (let left = frame.uint(1); left > 0; left--) entries.push(read());
  return entries;
}

function readAddress(frame: Reader): AddressReport {
  const flags = frame.uint(1);
  const rank = frame.uint(1);
  return {
    ip: formatIp(frame.raw((flags & addressBits.ipv6) === 0 ? 4 : 16)),
    rank,
    role: roles[(flags >> roleShift) & 3] ?? "init",
    wants: (flags & addressBits.wants) !== 0,
    possession: possessions[(flags >> possessionShift) & 3] ?? "none",
    yields: (flags & addressBits.yields) !== 0,
    unable: (flags & addressBits.unable) !== 0,
  };
}

function readHeard(frame: Reader, known: (tag: number) => NodeId): Heard {
  const node = known(frame.uint(4));
  const boot = frame.hex(bootIdBytes);
  const sequence = frame.uint(4);
  const age = frame.uint(4);
  return { node, boot, sequence, ageMs: age & maxAgeMs, proven: age < unprovenBit };
}

function readRelease(
  frame: Reader,
  known: (tag: number) => NodeId,
  addresses: readonly AddressReport[],
): ReleaseNotice {
  const whom = known(frame.uint(4));
  const ip = addresses[frame.uint(1)]?.ip ?? "";
  return { whom, ip, count: frame.uint(4) };
}

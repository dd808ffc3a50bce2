/** A node's advertisement as one signed datagram. */
import type { AddressReport, Heard, ReleaseNotice, SignedAdvertisement } from "./advertisement.ts";
import {
  addressBits,
  bootIdBytes,
  countBytes,
  fixedBytes,
  heardBytes,
  idPattern,
  magic,
  maxAgeMs,
  maxFrameBytes,
  maxHeard,
  maxIdLength,
  maxNameLength,
  maxPeers,
  maxReleases,
  maxSequence,
  maxUint32,
  nodeBits,
  possessionShift,
  possessions,
  releaseBytes,
  roleShift,
  roles,
  unprovenBit,
  version,
} from "./authenticated-layout.ts";
import { type Writer, writer } from "./bytes.ts";
import { parseIp } from "./ip.ts";
import { type Keys, macBytes } from "./keys.ts";
import { nodeTag } from "./node-tag.ts";

type Sender = Pick<SignedAdvertisement, "node" | "name">;

/**
 * Whether the frames of this node always have room for its addresses, 16 peers and all releases.
 * To be asked once, of the configuration: 32 addresses fit whatever their family and the names.
 */
export const frameFits = (sender: Sender, ips: readonly string[]): boolean =>
  bytesOf(sender, ips) + heardBytes * maxPeers <= maxFrameBytes &&
  isName(sender.node, maxIdLength) &&
  isName(sender.name, maxNameLength) &&
  ips.every((ip) => parseIp(ip) !== undefined);

/**
 * The bytes of a frame. A list that is too long loses its end, because a node that falls silent
 * over a long list would be taken for dead. Throws where `frameFits` was not asked, on a release of
 * an address that is not the frame's own, and beyond the last sequence.
 */
export function encodeAuthenticated(advertisement: SignedAdvertisement, keys: Keys): Uint8Array {
  const { addresses, sequence } = advertisement;
  const ips = addresses.map(({ ip }) => ip);
  if (!frameFits(advertisement, ips)) throw new Error("this node's addresses fill no frame");
  if (!(sequence >= 1 && sequence <= maxSequence)) throw new Error(`no sequence: ${sequence}`);
  const bytes = bytesOf(advertisement, ips);
  const room = Math.floor((maxFrameBytes - bytes) / heardBytes);
  const heard = advertisement.heard.slice(0, Math.min(maxHeard, room));
  const releases = advertisement.releases.slice(0, maxReleases);
  const spare = releaseBytes * (maxReleases - releases.length);
  const size = bytes - spare + heardBytes * heard.length;
  const frame = writer(size);
  writeNode(frame, size, advertisement, keys);
  frame.uint(1, addresses.length);
  for (const address of addresses) writeAddress(frame, address);
  frame.uint(1, heard.length);
  for (const peer of heard) writeHeard(frame, peer);
  frame.uint(1, releases.length);
  for (const release of releases) writeRelease(frame, release, ips);
  frame.raw(keys.sign(keys.sendWith, frame.written()));
  return frame.written();
}

/** The size of a frame that has all its releases and hears nobody. */
function bytesOf({ node, name }: Sender, ips: readonly string[]): number {
  const addresses = ips.reduce((sum, ip) => sum + (ip.includes(":") ? 18 : 6), 0);
  const texts = 2 + node.length + name.length;
  return fixedBytes + texts + countBytes + addresses + releaseBytes * maxReleases + macBytes;
}

const isName = (text: string, longest: number): boolean =>
  text.length <= longest && idPattern.test(text);

function writeNode(frame: Writer, size: number, node: SignedAdvertisement, keys: Keys): void {
  frame.raw(Uint8Array.from(magic));
  frame.uint(1, version);
  frame.uint(2, size);
  frame.uint(4, keys.sendWith);
  frame.hex(bootText(node.boot));
  frame.uint(4, node.sequence);
  frame.uint(4, node.uptimeMs % (maxUint32 + 1));
  frame.uint(2, node.intervalMs);
  frame.uint(1, bits([node.healthy, nodeBits.healthy], [node.maintenance, nodeBits.maintenance]));
  frame.uint(1, node.priority);
  frame.uint(4, Math.ceil(node.resigningMs));
  frame.text(node.node);
  frame.text(node.name);
}

function writeAddress(frame: Writer, address: AddressReport): void {
  const ip = parseIp(address.ip) ?? new Uint8Array(0);
  const flags = bits(
    [ip.length === 16, addressBits.ipv6],
    [address.wants, addressBits.wants],
    [address.yields, addressBits.yields],
    [address.unable, addressBits.unable],
  );
  const role = roles.indexOf(address.role) << roleShift;
  const possession = possessions.indexOf(address.possession) << possessionShift;
  frame.uint(1, flags | role | possession);
  frame.uint(1, address.rank);
  frame.raw(ip);
}

function writeHeard(frame: Writer, { node, boot, sequence, ageMs, proven }: Heard): void {
  frame.uint(4, nodeTag(node));
  frame.hex(bootText(boot));
  frame.uint(4, sequence);
  const age = Math.min(maxAgeMs, Math.max(0, Math.round(ageMs)));
  frame.uint(4, proven ? age : age + unprovenBit);
}

function writeRelease(frame: Writer, notice: ReleaseNotice, ips: readonly string[]): void {
  const index = ips.indexOf(notice.ip);
  if (index < 0) throw new Error(`a release of ${notice.ip}, which is no address of this node`);
  frame.uint(4, nodeTag(notice.whom));
  frame.uint(1, index);
  frame.uint(4, notice.count);
}

function bootText(boot: string): string {
  if (!/^[0-9a-f]+$/.test(boot) || boot.length !== 2 * bootIdBytes) {
    throw new Error(`no boot id: ${boot}`);
  }
  return boot;
}

const bits = (...flags: readonly (readonly [set: boolean, bit: number])[]): number =>
  flags.reduce((sum, [set, bit]) => sum | (set ? bit : 0), 0);

/**
 * exoip's frame, as exoip v0.4.3 sends it; docs/wire.md draws it.
 *
 * Accepted is what the original accepts, save for its bugs: it cuts over-long packets to 24 bytes,
 * and takes any packet that holds the letters `info` somewhere (a NIC id, or what was left in its
 * buffer) for a question to itself.
 */
import type { Decoded, ExoipAdvertisement, LayoutReason } from "./advertisement.ts";
import { isOurs } from "./authenticated-layout.ts";
import { fromHex, reader, writer } from "./bytes.ts";
import { formatIp, parseIp } from "./ip.ts";

const exoipFrameBytes = 24;

/** The datagram by which a person on the host asks an exoip for its state. */
export type InfoRequest = { readonly wire: "info" };

const exoipMagic = 0x0201;

/** The 24 bytes. Throws where the configuration let an IPv6 address or a wrong NIC id through. */
export function encodeExoip({ priority, ip, nicId }: Omit<ExoipAdvertisement, "wire">): Uint8Array {
  const address = parseIp(ip);
  const nic = fromHex(nicId.replace(/-/g, ""));
  if (address?.length !== 4 || nic.length !== 16) throw new Error(`no exoip frame: ${ip} ${nicId}`);
  const frame = writer(exoipFrameBytes);
  frame.uint(2, exoipMagic);
  frame.uint(1, priority);
  frame.uint(1, priority);
  frame.raw(address);
  frame.raw(nic);
  return frame.written();
}

/** Whether the sender is a peer and the address ours is for the caller to say. */
export function decodeExoip(datagram: Uint8Array): Decoded<ExoipAdvertisement | InfoRequest> {
  if (isInfo(datagram)) return { ok: true, value: { wire: "info" } };
  const frame = reader(datagram);
  const magic = frame.uint(2);
  const first = frame.uint(1);
  const second = frame.uint(1);
  if (isOurs(datagram)) return reject("other-wire");
  if (datagram.length < exoipFrameBytes) return reject("too-short");
  if (datagram.length > exoipFrameBytes) return reject("too-long");
  if (magic !== exoipMagic) return reject("version");
  if (first !== second) return reject("priority");
  const ip = formatIp(frame.raw(4));
  const nicId = [4, 2, 2, 2, 6].map((length) => frame.hex(length)).join("-");
  return { ok: true, value: { wire: "exoip", priority: first, ip, nicId } };
}

const reject = (reason: LayoutReason) => ({ ok: false, reason }) as const;

/** The text `info` alone, or with the line end that a shell or netcat adds. */
const isInfo = (datagram: Uint8Array): boolean =>
  datagram.length <= 6 && /^info\r?\n?$/.test(String.fromCharCode(...datagram));

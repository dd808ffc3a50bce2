/**
 * IPv4 and IPv6 addresses between text and bytes. Text is canonical on the way out (dotted, or RFC
 * 5952), so that two nodes that write an address differently mean the same one.
 */

/** The 4 or 16 bytes of an address in network order, or undefined where the text is none. */
export const parseIp = (text: string): Uint8Array | undefined =>
  text.includes(":") ? parseIpv6(text) : parseIpv4(text);

/** Canonical text of 4 or 16 bytes. */
export const formatIp = (bytes: Uint8Array): string =>
  bytes.length === 4 ? bytes.join(".") : formatIpv6(bytes);

/** The one text that stands for an address in advertisements, or undefined where it is none. */
export function canonicalIp(text: string): string | undefined {
  const bytes = parseIp(text);
  return bytes && formatIp(bytes);
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  // A leading zero would mean octal to some readers, so nobody may write one.
  const fine = parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return parts.length === 4 && fine ? Uint8Array.from(parts.map(Number)) : undefined;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const [head = "", tail, ...more] = withoutDots(text).split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const given = left.length + right.length;
  const fits = tail === undefined ? given === 8 : given < 8;
  const groups = [...left, ...Array<string>(fits ? 8 - given : 0).fill("0"), ...right];
  if (!fits || more.length > 0 || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) {
    return undefined;
  }
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  groups.forEach((group, index) => {
    view.setUint16(2 * index, Number.parseInt(group, 16));
  });
  return bytes;
}

/** Turns a dotted tail, as in `::ffff:192.0.2.1`, into two groups. */
function withoutDots(text: string): string {
  const start = text.lastIndexOf(":") + 1;
  const tail = text.includes(".") ? parseIpv4(text.slice(start)) : undefined;
  if (tail === undefined) return text;
  const [a = 0, b = 0, c = 0, d = 0] = tail;
  return `${text.slice(0, start)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

function formatIpv6(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  const groups = [0, 2, 4, 6, 8, 10, 12, 14].map((at) => view.getUint16(at).toString(16));
  // RFC 5952: the longest run of two zero groups or more is left out, of equal ones the first.
  const runs = `:${groups.join(":")}`.match(/(:0)+(?![0-9a-f])/g) ?? [];
  const [longest = ""] = runs.sort((one, other) => other.length - one.length);
  const text = `:${groups.join(":")}:`;
  if (longest.length < 4) return text.slice(1, -1);
  const at = text.indexOf(`${longest}:`);
  const left = text.slice(1, Math.max(1, at));
  const right = text.slice(at + longest.length + 1, -1);
  return `${left}::${right}`;
}

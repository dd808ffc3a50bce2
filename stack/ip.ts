/**
 * IPv4 and IPv6 addresses and CIDR blocks as numbers, so that rules such as "the VIP is inside
 * its subnet" are arithmetic. Text forms: RFC 4291 section 2.2 and RFC 4632.
 */
import { isIP } from "node:net";

export type Family = "ipv4" | "ipv6";

/** An address as its family and its value in network order. */
export type Address = { readonly family: Family; readonly value: bigint };

/** A block of addresses: `base` has all host bits clear. */
export type Cidr = { readonly family: Family; readonly base: bigint; readonly prefix: number };

const bitsOf = (family: Family): number => (family === "ipv4" ? 32 : 128);

/** Reads the text of an address, or gives undefined where it is none. */
export function parseAddress(text: string): Address | undefined {
  switch (isIP(text)) {
    case 4:
      return { family: "ipv4", value: octets(text) };
    case 6:
      return text.includes("%") ? undefined : { family: "ipv6", value: groups(text) };
    default:
      return undefined;
  }
}

/** Reads `address/prefix`; host bits that are set make it undefined, as the clouds refuse them. */
export function parseCidr(text: string): Cidr | undefined {
  const [head = "", tail = "", ...rest] = text.split("/");
  const address = parseAddress(head);
  if (address === undefined || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(tail))
    return undefined;
  const prefix = Number(tail);
  if (prefix > bitsOf(address.family)) return undefined;
  const cidr = { family: address.family, base: address.value, prefix };
  return address.value % sizeOf(cidr) === 0n ? cidr : undefined;
}

/** The number of addresses in a block, network and broadcast address included. */
export const sizeOf = (cidr: Cidr): bigint => 1n << BigInt(bitsOf(cidr.family) - cidr.prefix);

/** The address `offset` places after the block's first; it may lie outside the block. */
export const addressAt = (cidr: Cidr, offset: number): Address => ({
  family: cidr.family,
  value: cidr.base + BigInt(offset),
});

export const contains = (cidr: Cidr, address: Address): boolean =>
  cidr.family === address.family &&
  address.value >= cidr.base &&
  address.value < cidr.base + sizeOf(cidr);

/** The IPv4 broadcast address; IPv6 has none, and neither have /31 and /32 blocks (RFC 3021). */
export function broadcastOf(cidr: Cidr): Address | undefined {
  if (cidr.family === "ipv6" || cidr.prefix > 30) return undefined;
  return { family: "ipv4", value: cidr.base + sizeOf(cidr) - 1n };
}

/** The dotted netmask of an IPv4 block, such as 255.255.0.0, for the files that want it so. */
export const netmaskOf = (cidr: Cidr): string =>
  formatAddress({ family: "ipv4", value: (1n << 32n) - sizeOf(cidr) });

/** The canonical text of an address: dotted for IPv4, RFC 5952 for IPv6. */
export function formatAddress({ family, value }: Address): string {
  if (family === "ipv4") {
    return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join(".");
  }
  const hex = Array.from({ length: 8 }, (_, i) =>
    ((value >> BigInt(16 * (7 - i))) & 0xffffn).toString(16),
  );
  // The URL parser writes the host of a URL in RFC 5952 form.
  return new URL(`http://[${hex.join(":")}]/`).hostname.slice(1, -1);
}

function octets(text: string): bigint {
  return text.split(".").reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
}

function groups(text: string): bigint {
  const canonical = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array<string>(8 - left.length - right.length).fill("0");
  return [...left, ...zeros, ...right].reduce(
    (sum, group) => sum * 65536n + BigInt(`0x${group}`),
    0n,
  );
}

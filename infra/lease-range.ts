/** Which addresses of a private network the cloud's DHCP may give to machines that are not ours. */
import {
  addressAt,
  broadcastOf,
  type Cidr,
  formatAddress,
  netmaskOf,
  parseAddress,
  parseCidr,
} from "../stack/ip.ts";

export type LeaseRange = {
  readonly netmask: string;
  readonly startIp: string;
  readonly endIp: string;
};

/** More than a handful of strangers in the network of a stack would be a surprise. */
const leasesMax = 16;

/**
 * The highest free addresses, at most 16 in a row: our own are fixed leases beside them. IPv6 has
 * no leases, and a full block has no room for any; the network is then without DHCP.
 */
export function leaseRange(block: string, taken: readonly string[]): LeaseRange | undefined {
  const cidr = parseCidr(block);
  const broadcast = cidr && broadcastOf(cidr);
  if (cidr === undefined || broadcast === undefined) return undefined;
  const ours = new Set(taken.map((ip) => parseAddress(ip)?.value));
  const size = Number(broadcast.value - cidr.base);
  let end = size - 1;
  while (end > 0 && ours.has(addressAt(cidr, end).value)) end -= 1;
  if (end <= 0) return undefined;
  let start = end;
  while (start > 1 && end - start + 1 < leasesMax && free(cidr, start - 1, ours)) start -= 1;
  return {
    netmask: netmaskOf(cidr),
    startIp: formatAddress(addressAt(cidr, start)),
    endIp: formatAddress(addressAt(cidr, end)),
  };
}

const free = (cidr: Cidr, offset: number, ours: ReadonlySet<bigint | undefined>): boolean =>
  !ours.has(addressAt(cidr, offset).value);

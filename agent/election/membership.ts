/** What an answer of the cloud makes of the list of members; pure. */
import type { CloudInstance } from "../cloud/cloud.ts";
import type { NodeId } from "../wire/advertisement.ts";
import { canonicalIp } from "../wire/ip.ts";
import type { Member } from "./member.ts";

export type IsHeard = (id: NodeId) => boolean;

export type Missing = ReadonlyMap<NodeId, number>;

/**
 * Fixed addresses with the ids of their instances. An id under which a member is heard is its own
 * word and stays. Else it is the id of the instance with that address, and since the cloud does not
 * show addresses of private networks, the one that was known, or that of the only namesake.
 */
export function fixedAfter(
  members: readonly Member[],
  instances: readonly CloudInstance[],
  isHeard: IsHeard,
): readonly Member[] {
  return members.map((member) => {
    if (member.id && isHeard(member.id)) return member;
    const named = instances.filter(({ name }) => name === member.name);
    const found =
      instances.find((one) => ipsOf(one).some((ip) => member.ips.includes(ip))) ||
      instances.find(({ id }) => id === member.id) ||
      (named.length === 1 ? named[0] : undefined);
    return found ? { ...member, id: found.id } : member;
  });
}

/** Two answers in a row could both be wrong, so the second one that counts is not the next. */
const leavesAfterMs = 30_000;

/**
 * The instances that were listed, and those that have been missing for a short time only, or are
 * still heard: a dead node that left the list too early could not be released any more, and one
 * short answer would part the whole group.
 *
 * @param before since when members have been missing
 */
export function listedAfter(
  members: readonly Member[],
  instances: readonly CloudInstance[],
  before: Missing,
  isHeard: IsHeard,
  now: number,
): { readonly members: readonly Member[]; readonly missing: Missing } {
  const listed = instances.map((one) => ({
    id: one.id,
    name: one.name || one.id,
    ips: ipsOf(one),
  }));
  const gone = members.filter(({ id }) => !listed.some((one) => one.id === id));
  const since = ({ id = "" }: Member): number => before.get(id) ?? now;
  const kept = gone.filter((one) => now - since(one) < leavesAfterMs || isHeard(one.id ?? ""));
  return {
    // In one order, so that the same answer in another is no change.
    members: [...listed.sort((a, b) => (a.id < b.id ? -1 : 1)), ...kept],
    missing: new Map(gone.map((one) => [one.id ?? "", since(one)])),
  };
}

const ipsOf = ({ ips }: CloudInstance): readonly string[] =>
  ips.map((ip) => canonicalIp(ip) || "").filter((ip) => ip);

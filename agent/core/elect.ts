/** Who should hold an address, as a pure function of what is known about the nodes. */
import type { NodeId } from "../wire/advertisement.ts";
import { isAiling, isHealthy, mayBeHealthy } from "./health.ts";
import { givesWay, hears, livePeers, type PeerAddress, saysHolding, silent } from "./peers.ts";
import type { AddressState, State } from "./state.ts";

export type Candidate = {
  readonly id: NodeId;
  /** A lower one wins; changed by a person only. */
  readonly priority: number;
  readonly rank: number;
  readonly healthy: boolean;
  readonly able: boolean;
  readonly resigning: boolean;
  readonly holds: boolean;
};

type Order = Pick<Candidate, "priority" | "rank">;

export type ElectionRules = { readonly preempt: boolean; readonly shared: boolean };

/**
 * The nodes that should hold: exactly one, or in shared mode all that are equally good; none when
 * there is no candidate. Better means healthy, then able to reach the cloud, then of lower
 * priority, of lower rank, of lower id. When all are sick whoever holds goes on (R12), and where
 * nobody does the able come first: who has to prove itself, or has not tried its checks yet, comes
 * before one whose checks fail.
 */
export function elect(candidates: readonly Candidate[], rules: ElectionRules): readonly NodeId[] {
  const staying = candidates.filter(({ resigning }) => !resigning);
  const pool =
    some(staying.filter(({ healthy, able }) => healthy && able)) ??
    some(staying.filter(({ healthy }) => healthy)) ??
    some(candidates.filter(({ holds }) => holds)) ??
    some(staying.filter(({ able }) => able)) ??
    staying;
  const incumbents = rules.preempt ? undefined : some(pool.filter(({ holds }) => holds));
  const best = firstOf(incumbents ?? pool);
  if (best === undefined) return [];
  if (!rules.shared) return [best.id];
  const equals = pool.filter((one) => before(one, best) === 0).map(({ id }) => id);
  return equals.sort();
}

function firstOf(pool: readonly Candidate[]): Candidate | undefined {
  let [first] = pool;
  for (const one of pool) {
    if (first === undefined) continue;
    const order = before(one, first);
    if (order < 0 || (order === 0 && one.id < first.id)) first = one;
  }
  return first;
}

const some = <One>(ones: readonly One[]): readonly One[] | undefined =>
  ones.length > 0 ? ones : undefined;

/** Whether it would be of use to its clients, were it to hold. */
export const canServe = ({ healthy, resigning }: Candidate): boolean => healthy && !resigning;

export const isLeaving = ({ maintenance, resigning }: State): boolean =>
  maintenance || resigning !== undefined;

/** Whether nothing speaks against a node: it need not give way to a worse one. */
export const isSound = (one: Candidate): boolean => canServe(one) && one.able;

/** Negative where the first is better, zero where the order does not tell them apart. */
export const before = (a: Order, b: Order): number => a.priority - b.priority || a.rank - b.rank;

/** Ourselves and the live peers, as candidates for one address. */
export function candidatesFor(state: State, ip: string): readonly [Candidate, ...Candidate[]] {
  const { settings, priority } = state;
  const address = state.addresses.get(ip);
  const self: Candidate = {
    id: settings.self,
    priority,
    rank: rankOf(state, ip),
    healthy: isWell(state),
    able: isAble(state, address),
    resigning: isLeaving(state),
    holds: address?.seen?.holders.has(settings.self) === true,
  };
  const candidates: [Candidate, ...Candidate[]] = [self];
  const holders = [...(address?.seen?.holders ?? [])].filter((id) => id !== settings.self);
  for (const [id, peer] of livePeers(state)) {
    const theirs = peer.addresses.get(ip);
    if (theirs === undefined || standsAside(state, address, id, theirs, holders)) continue;
    const holds = saysHolding(state, ip, id);
    // Who holds needs no call, whether it has been able to see that or not, but to release a dead
    // one beside it.
    const others = holders.filter((one) => one !== id);
    const alone = others.length < holders.length && !others.some((one) => silent(state, one));
    const able = holds || alone || !theirs.unable;
    const { priority, healthy, resigning: leaves } = peer;
    candidates.push({ id, priority, rank: theirs.rank, healthy, able, resigning: leaves, holds });
  }
  return candidates;
}

/**
 * Place of this node among all that it knows of, alive or not, 0 best: those who might act at the
 * same moment take turns by it. Of nodes never heard only our own rank tells anything.
 */
export function placeOf(state: State, ip: string): number {
  const { peers, group } = state;
  const known = [...peers.keys()].filter((id) => group.has(id));
  const better = betterThanUs(state, ip).length;
  const allKnown = known.length >= group.size - 1 && known.length > 0;
  return allKnown ? better : Math.max(better, rankOf(state, ip));
}

/**
 * Whether a peer will not take the address, though it may be the best: it has no link with a holder
 * that gives way, and we have one; or it stands back from holders that we take for dead.
 */
function standsAside(
  state: State,
  address: AddressState | undefined,
  id: NodeId,
  { yields }: PeerAddress,
  holders: readonly NodeId[],
): boolean {
  if (holders.length === 0 || holders.includes(id)) return false;
  if (yields && holders.every((one) => address?.knownHolders.has(one) && silent(state, one))) {
    return true;
  }
  const { self } = state.settings;
  return holders.some((one) => {
    // One that hears nobody is taken at its word; another lets go for one that it hears.
    const isDeafToIt = hears(state, one, self) && !hears(state, one, id);
    return givesWay(state, one) && (!hears(state, id, one) || isDeafToIt);
  });
}

/** Nodes that are before us in the order by what they last said, alive or not. */
export function betterThanUs(state: State, ip: string): readonly NodeId[] {
  const { settings, priority, peers, group } = state;
  const own = { priority, rank: rankOf(state, ip) };
  const better = [...peers].filter(([id, peer]) => {
    const rank = peer.addresses.get(ip)?.rank ?? 0;
    const order = before({ priority: peer.priority, rank }, own);
    return group.has(id) && (order < 0 || (order === 0 && id < settings.self));
  });
  return better.map(([id]) => id);
}

export const speaksExoip = ({ settings: { election } }: State): boolean =>
  election.method === "heartbeat" && election.wire === "exoip";

/** exoip's frames know priorities alone, so no other order may decide there. */
export function rankOf(state: State, ip: string): number {
  if (speaksExoip(state)) return 0;
  return state.settings.addresses.find((one) => one.ip === ip)?.rank ?? 0;
}

/** A failure so long ago says nothing about the next claim. */
export const calmMs = 10_000;

/**
 * A node whose claims fail for one deadline cannot serve (R14), nor does one whose checks fail take
 * the address from a silent holder. Who holds needs no call, so a holder that cannot reach the API
 * keeps the address.
 */
export function isAble(state: State, address?: AddressState): boolean {
  const { now, settings, apiFailingSince, health } = state;
  if (address?.seen?.holders.has(settings.self) === true) return true;
  if (isAiling(health) && !isWell(state)) return false;
  const { failingSince, request, ended, requestEndedAt = -Infinity } = address ?? {};
  const waiting = request?.kind === "claim" ? request.sentAt : undefined;
  // Who failed to let go has not failed to claim, nor does a claim of long ago tell anything.
  const calm = request === undefined && now - requestEndedAt > calmMs;
  const failing = calm || ended?.kind === "release" ? undefined : failingSince;
  return [failing, waiting, apiFailingSince].every(
    (since) => since === undefined || now - since < settings.deadlineMs,
  );
}

/** Illnesses within this time make a node prove itself for longer. */
const recentlyMs = 600_000;
const firstProofMs = 30_000;

/**
 * Whether this node counts as healthy. One that falls ill again and again must stay well for a
 * while before it may take an address, else checks that flap on all nodes would move it without
 * end (R12).
 */
export function isWell({ now, health, wellSince, illnesses, addresses, settings }: State): boolean {
  // A restarted agent that holds, or may, has not tried its checks yet and is not sick (I7).
  for (const { seen } of addresses.values()) {
    if (seen === undefined || seen.holders.has(settings.self)) return mayBeHealthy(health);
  }
  // Where what is checked is shared, the next one fails at the same time: it is none to move to.
  if (!isHealthy(health) || health.some(({ against }) => against > 0)) return false;
  const count = illnesses.filter((at) => at > now - recentlyMs).length;
  const proofMs = count < 2 ? 0 : firstProofMs * 2 ** Math.min(3, count - 2);
  return now >= (wellSince ?? now) + proofMs;
}

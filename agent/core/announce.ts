/**
 * Releases are announced (R7). A node that hears us might release us at the same time, as soon as
 * the link ends: it learns that we release it before we do so, and releases nobody meanwhile.
 */
import type { NodeId, ReleaseNotice } from "../wire/advertisement.ts";
import { linked, type Peer, punctualMs } from "./peers.ts";
import type { AddressState, State } from "./state.ts";

/** So many of the last releases are in every frame. */
const toldMax = 4;

/** Whether frames tell of a release now. */
export const isTold = (state: State, ip: string, whom: NodeId): boolean =>
  pending(state).some((one) => one.ip === ip && one.whom === whom);

/** Whether a node knows that we release it, or cannot be told. */
export function knows(state: State, { ip, announced }: AddressState, whom: NodeId): boolean {
  const peer = state.peers.get(whom);
  if (peer === undefined || !linked(state, peer)) return true;
  // What newer releases have pushed out of the frames is to be told again.
  if (announced?.whom !== whom || !isTold(state, ip, whom)) return false;
  return peer.acknowledged >= announced.sequence;
}

/** The state in which the next frame tells of a release at once, and all until it has landed. */
export function tell(state: State, ip: string, whom: NodeId, until: number): State {
  const count = (state.releases[0]?.count ?? 0) + 1;
  const same = state.releases.find((one) => one.ip === ip && one.whom === whom);
  const open = state.releases.filter((one) => one !== same && state.now < one.until);
  const notice = { whom, ip, count, until: Math.max(until, same?.until ?? until) };
  const releases = [notice, ...open].slice(0, toldMax);
  return { ...state, releases, advertiseAt: state.now };
}

/** The state in which the last release of a node is told of until another moment. */
export function toldUntil(state: State, ip: string, whom: NodeId, until: number): State {
  const last = state.releases.find((one) => one.ip === ip && one.whom === whom);
  const releases = state.releases.map((one) => (one === last ? { ...one, until } : one));
  return { ...state, releases };
}

/** The releases that may be yet to land, or have just landed. */
export const pending = ({ releases, now }: State): readonly ReleaseNotice[] =>
  releases.filter(({ until }) => now < until).map(({ whom, ip, count }) => ({ whom, ip, count }));

/**
 * Nodes of whose release a peer tells no more: it has landed by now, unless another may be under
 * way. What an earlier agent of the peer asked for may still land.
 */
export function landed(state: State, ip: string, before: Peer | undefined, after: Peer) {
  if (before === undefined || before.boot !== after.boot) return [];
  const others = [...state.peers.values()].flatMap(({ releases }) => releases);
  const open = [...after.releases, ...others, ...pending(state)];
  const newest = after.releases[0]?.count ?? 0;
  // One that newer ones have pushed out may be under way still.
  return before.releases
    .filter((one) => one.ip === ip && newest < one.count + toldMax)
    .map(({ whom }) => whom)
    .filter((whom) => !open.some((one) => one.ip === ip && one.whom === whom));
}

/** Tells a node that we release it, unless it has just been told, or the frames are full. */
export function announce(state: State, address: AddressState, whom: NodeId) {
  const { ip, announced } = address;
  const told = isTold(state, ip, whom);
  // What would push out another waits until that has landed: else that one is released untold.
  if (told ? announced?.whom === whom : pending(state).length >= toldMax) return { state, address };
  const peer = state.peers.get(whom);
  // Later the other does not wait for it any more.
  const lastsMs = peer === undefined ? 0 : punctualMs(state, peer);
  const next = tell(state, ip, whom, state.now + lastsMs);
  return {
    state: next,
    address: { ...address, announced: { whom, sequence: state.sequence + 1 } },
  };
}

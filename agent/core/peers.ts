/** Who is alive: heard both ways, or heard by a live witness (R8). */
import type { Frame, NodeId } from "./frame.ts";
import { deadIntervalMs, type Peer, type State } from "./state.ts";

/** The peer as a frame of it leaves it. */
export function peerAfter(frame: Frame, now: number): Peer {
  const hears = new Map(frame.heard.map(({ id, ageMs }) => [id, now - ageMs]));
  return { heardAt: now, sequence: frame.sequence, frame, hears };
}

/** Whether we hear a peer and it hears us: a link that works one way only is no link. */
export function linked(state: State, peer: Peer): boolean {
  const limit = state.now - deadIntervalMs(state);
  return peer.heardAt >= limit && (peer.hears.get(state.settings.self) ?? -Infinity) >= limit;
}

/**
 * Peers that take part in the election: those linked with us. One that only a witness hears is not
 * among them, but it is not dead either.
 */
export const livePeers = (state: State): [NodeId, Peer][] =>
  [...state.peers].filter(([, peer]) => linked(state, peer));

/** Whether a node is silent for us and for every live witness. */
export function silent(state: State, id: NodeId): boolean {
  const limit = state.now - deadIntervalMs(state);
  const own = state.peers.get(id);
  if (own !== undefined && own.heardAt >= limit) return false;
  return !livePeers(state).some(([, witness]) => (witness.hears.get(id) ?? -Infinity) >= limit);
}

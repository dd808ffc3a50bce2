/**
 * Turns. One that held beside us while it was heard, and is silent now, may be dead, or may take us
 * for dead: were both to release the other, nobody would hold. So they take turns by their ids,
 * which nobody changes while they do not hear each other, and between two turns all that was asked
 * for in the first must have landed, and must have been read.
 */
import type { NodeId } from "../wire/advertisement.ts";
import { landsWithinMs } from "./backoff.ts";
import { type Peer, punctualMs } from "./peers.ts";
import type { Settings, State } from "./state.ts";

/** For so long a node may act in its turn: it reads the cloud first. */
const actMs = 4_000;

/** A cloud's answers are dated to the second, and one that is acted upon may be two seconds old. */
const clockErrorMs = 3_000;

type Times = Pick<Settings, "deadlineMs" | "settleMs">;

/** From the end of a turn until all that was asked for in it has been read. */
const settledMs = (times: Times): number => landsWithinMs(times) + 3 * times.settleMs;

/**
 * From one of the first turns to the next, in milliseconds: two ends of a link know its end to
 * within two dead intervals.
 */
export const firstTurnMs = (times: Times, deadMs: number): number =>
  actMs + settledMs(times) + 2 * deadMs;

/** Whether it is our turn to release a silent holder. */
export function isTurnToRelease(state: State, whom: NodeId): boolean {
  const { peers, listenUntil, now } = state;
  const peer = peers.get(whom);
  // Who has slept has no moment in common with anybody: it waits until others have had their turns.
  if (peer === undefined) return now >= listenUntil + roundMs(state) && isCloudTurn(state);
  const silentMs = now - linkedAt(state, peer) - punctualMs(state, peer);
  return silentMs < roundMs(state, peer) ? isFirstTurn(state, peer, silentMs) : isCloudTurn(state);
}

/** Whether it is our turn by the cloud's clock, which goes the same for all. */
export function isCloudTurn(state: State): boolean {
  const { now, cloudClock, group, listenUntil, settings } = state;
  const lengthMs = clockErrorMs + actMs + settledMs(settings) + clockErrorMs;
  // A cloud that tells no time leaves our own, which is as good as any.
  const timeMs = cloudClock === undefined ? now - listenUntil : now + cloudClock.aheadMs;
  const passedMs = (timeMs % lengthMs) - clockErrorMs;
  const isOurs = Math.floor(timeMs / lengthMs) % group.size === placeById(state);
  return isOurs && passedMs >= 0 && passedMs < actMs;
}

/**
 * The first turns follow each other from the moment at which the link ended, so that a dead holder
 * loses its share soon. A link that had just begun may have ended for the other long before.
 */
function isFirstTurn(state: State, peer: Peer, silentMs: number): boolean {
  const heldMs = linkedAt(state, peer) - peer.linkedFrom;
  const passedMs = silentMs - placeById(state) * spacingMs(state, peer);
  return heldMs >= 2 * punctualMs(state, peer) && passedMs >= 0 && passedMs < actMs;
}

/** The last moment at which the other heard us, as far as we know. */
const linkedAt = ({ settings }: State, { hears, heardAt }: Peer): number =>
  hears.get(settings.self) ?? heardAt;

const spacingMs = (state: State, peer?: Peer): number =>
  firstTurnMs(state.settings, punctualMs(state, peer));

const roundMs = (state: State, peer?: Peer): number => spacingMs(state, peer) * state.group.size;

/** A place that no node's health or silence changes. */
const placeById = ({ group, settings }: State): number => [...group].sort().indexOf(settings.self);

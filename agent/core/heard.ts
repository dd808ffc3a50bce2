/** What a frame of a peer changes. */
import type { Advertisement, NodeId } from "../wire/advertisement.ts";
import { landed } from "./announce.ts";
import { landsWithinMs } from "./backoff.ts";
import { withoutYield } from "./observe.ts";
import { afterPause, sleptThrough } from "./pause.ts";
import { deniesHolding, linked, type Peer, peerAfter, punctualMs, saysHolding } from "./peers.ts";
import type { AddressState, Effect, State } from "./state.ts";

/** A frame that contradicts our last read makes us read again, but not at every frame. */
const doubtMs = 2_000;
/** Changes that come together are read together. */
const soonMs = 200;

export function heard(state: State, from: NodeId, frame: Advertisement, effects: Effect[]): State {
  const { now, settings } = state;
  if (from === settings.self || !state.group.has(from)) return state;
  const before = state.peers.get(from);
  const sleptMs = sleptThrough(state, before, frame);
  if (sleptMs > 0) {
    // The frame itself may have waited while we slept.
    effects.push({ type: "abandon" }, { type: "note", note: { kind: "paused", ms: sleptMs } });
    // Nor does the cloud's clock show this pause once more.
    return { ...afterPause(state), cloudClock: undefined };
  }
  const peer = peerAfter(state, frame, before);
  const restarted = peer.boot !== before?.boot;
  const next = { ...state, peers: new Map(state.peers).set(from, peer) };
  // Who comes back may have taken the address meanwhile; exoip's frames do not say so.
  const met = linked(next, peer) && (before === undefined || !linked(state, before));
  const addresses = [...next.addresses].map(([ip, address]): [string, AddressState] => {
    const seen = address.seen?.holders.has(from) ?? false;
    const newest = restarted ? 0 : (before?.releases[0]?.count ?? 0);
    const told = peer.releases.filter((one) => one.ip === ip && one.count > newest);
    const released = told.some(({ whom }) => whom === settings.self);
    const releaseLandsAt = new Map(address.releaseLandsAt);
    for (const whom of landed(next, ip, before, peer)) {
      const at = releaseLandsAt.get(whom);
      if (at !== undefined) releaseLandsAt.set(whom, Math.min(at, now));
    }
    for (const { whom } of told) {
      // One of ours may land later.
      const at = Math.max(
        now + punctualMs(state, peer) + landsWithinMs(settings),
        releaseLandsAt.get(whom) ?? now,
      );
      if (state.group.has(whom)) releaseLandsAt.set(whom, at);
    }
    const holds = saysHolding(next, ip, from);
    const stale = now - (address.seen?.begunAt ?? 0) > doubtMs;
    const said = before?.addresses.get(ip)?.possession;
    const changed = said !== peer.addresses.get(ip)?.possession;
    const news = met || told.length > 0 || changed || (holds !== seen && stale);
    const link = linked(next, peer);
    const endsWaiting = address.yielded === undefined ? met : link && address.yielded.to === from;
    const calmed = endsWaiting ? withoutYield(address) : address;
    const known = new Set(calmed.knownHolders);
    // Who cannot read the cloud yet takes its word for it.
    if ((seen || address.seen === undefined) && holds && link) known.add(from);
    // What it takes after this word is a sign of life.
    if (deniesHolding(next, ip, from) && link) known.delete(from);
    const formerHolders = new Set(calmed.formerHolders);
    formerHolders.delete(from);
    const observeAt = news ? Math.min(calmed.observeAt, now + soonMs) : calmed.observeAt;
    const doubted = calmed.doubted || news;
    const holders = { knownHolders: known, formerHolders };
    const after = { ...calmed, ...holders, releaseLandsAt, observeAt, doubted };
    // A read begun before the release says nothing about now (R7).
    return [ip, released ? { ...after, ended: lost(settings.self), requestEndedAt: now } : after];
  });
  const answered = turned(before, peer) && holdsAny(next) ? now : next.advertiseAt;
  return { ...next, advertiseAt: answered, addresses: new Map(addresses) };
}

/** Who means to let go waits until a holder has heard of it. */
const turned = (before: Peer | undefined, after: Peer): boolean =>
  [...after.addresses].some(([ip, { wants }]) => before?.addresses.get(ip)?.wants !== wants);

const holdsAny = ({ addresses, settings }: State): boolean =>
  [...addresses.values()].some(({ seen }) => seen?.holders.has(settings.self) === true);

const lost = (whom: NodeId) => ({ kind: "release", whom, done: true, told: true }) as const;

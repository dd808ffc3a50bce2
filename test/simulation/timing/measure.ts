/** False failovers and detection times of two nodes, for one interval and dead ratio. */

import { planFor } from "../peers/perform.ts";
import { seeded } from "../random.ts";
import { World } from "../world/world.ts";

export type Profile = { readonly intervalMs: number; readonly deadRatio: number };

const hourMs = 3_600_000;
export const yearHours = 8_766;

function worldOf({ intervalMs, deadRatio }: Profile, seed: number): World {
  const plan = planFor({ name: "timing", source: "", faults: [] }, "baton");
  const group = { ...plan.group, intervalMs, deadRatio, checkMs: 0 };
  const network = { delayMs: [0.3, 2] as const, duplicates: 0 };
  const world = new World({ ...plan, seed, group, network }, new Map(), false);
  for (const host of world.hosts.values()) host.boot();
  world.queue.runUntil(settledMs, () => undefined);
  return world;
}

/** The group has its address by then, and has forgotten its start. */
const settledMs = 60_000;

/** Claims of the node that should not hold. */
const falseMoves = ({ cloud }: World): number =>
  cloud.moves.filter(({ verb, by, at }) => verb === "claim" && by === "lb2" && at > settledMs)
    .length;

export type Rate = { readonly moves: number; readonly hours: number };

/**
 * How often a well holder loses its address to lost frames: counted until there are enough moves,
 * or for so many intervals, so that the same comes out on every machine.
 */
export function rateAt(profile: Profile, loss: number, intervals: number): Rate {
  const world = worldOf(profile, 1 + Math.round(loss * 1000));
  world.network.worsen("loss", loss);
  const hoursMax = (intervals * profile.intervalMs) / hourMs;
  let hours = 0;
  while (hours < hoursMax && falseMoves(world) < enough) {
    hours += stepHours;
    world.queue.runUntil(settledMs + hours * hourMs, () => undefined);
    // What has long been done is not needed any more.
    world.cloud.calls.length = 0;
    world.cloud.looks.length = 0;
  }
  return { moves: falseMoves(world), hours };
}

const stepHours = 0.02;
const enough = 60;

/** The share of stalls of a node that make the other one claim. */
export function stallShare(profile: Profile, stallMs: number, times: number): number {
  const random = seeded(Math.round(stallMs) + profile.intervalMs);
  let moved = 0;
  for (let time = 0; time < times; time += 1) {
    const world = worldOf(profile, 100 + time);
    world.queue.runUntil(settledMs + random() * 2 * profile.intervalMs, () => undefined);
    const host = world.host("lb1");
    host.freeze();
    world.queue.after(stallMs, () => host.thaw(false));
    world.queue.runUntil(world.queue.now + stallMs + 5_000, () => undefined);
    if (falseMoves(world) > 0) moved += 1;
  }
  return moved / times;
}

/** From the holder's death until the claim of the other leaves it: sorted, in milliseconds. */
export function detectionMs(profile: Profile, times: number): readonly number[] {
  const random = seeded(profile.intervalMs * profile.deadRatio);
  const found = Array.from({ length: times }, (_, time) => {
    const world = worldOf(profile, 1_000 + time);
    world.queue.runUntil(settledMs + random() * profile.intervalMs, () => undefined);
    const diedAt = world.queue.now;
    world.host("lb1").kill();
    world.queue.runUntil(diedAt + 20_000, () => undefined);
    const claim = world.cloud.calls.find(({ at, verb }) => verb === "claim" && at > diedAt);
    return (claim?.at ?? Number.POSITIVE_INFINITY) - diedAt;
  });
  return found.sort((a, b) => a - b);
}

export const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

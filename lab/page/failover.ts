/**
 * Follows the way of each address from one holder to the next, and puts the moments together that
 * the cloud, the agents, the network and the client have each seen.
 */
import { isAnswered, type Sample } from "../client/measure.ts";
import type { AgentView, Cause, Cell, Facts, Failover } from "./message.ts";
import type { Asked } from "./traffic.ts";

/** An agent's own account of its claim; spans in milliseconds, `at` when it was read back. */
export type Moved = {
  readonly at: number;
  readonly ip: string;
  readonly detectMs?: number | undefined;
  readonly claimMs: number;
  readonly confirmMs: number;
  readonly why?: string | undefined;
};

export type Followed = {
  /** A request and its end, by the address that it was sent to. */
  readonly sample: (sample: Sample, ip: string) => void;
  readonly beat: (from: string, to: string, at: number) => void;
  /** A claim has reached the cloud. */
  readonly claimed: (ip: string, from: readonly string[], to: string, at: number) => void;
  readonly moved: (node: string, moved: Moved) => void;
  /** What an agent says of itself at this moment; null where it does not answer. */
  readonly view: (node: string, view: AgentView | null) => void;
  /** The last failover of each address as far as it is known, where something is new. */
  readonly news: (now: number) => readonly Failover[];
};

/** Requests that failed so long before a claim belong to it, and so do those so long after. */
const beforeMs = 30_000;
const afterMs = 15_000;
/** An agent tells of its claim a poll later; its own clock is the machine's. */
const sameMs = 20_000;
const cellsMax = 90;
const marginMs = 600;

type Open = {
  -readonly [Key in keyof Omit<
    Failover,
    "cells" | "failed" | "firstFailed" | "firstGood"
  >]: Failover[Key];
};

export function followFailovers(facts: Pick<Facts, "intervalMs" | "limitMs">): Followed {
  let samples: Asked[] = [];
  const beats = new Map<string, number>();
  const open = new Map<string, Open>();
  const told = new Map<string, string>();
  const views = new Map<string, AgentView>();
  const explained = new WeakSet<Open>();
  /** An agent's reason for a claim, as a cause; its other reasons say nothing of one. */
  const explain = (own: Open, why: string | undefined): void => {
    const cause = causeOf(why, views.get(own.from));
    // What it said first was said while it stood as it did at the claim.
    if (cause === undefined || explained.has(own)) return;
    own.cause = cause;
    explained.add(own);
  };
  let ids = 0;
  return {
    sample: (sample, ip) => {
      samples.push({ ...sample, ip });
      const oldest = sample.at - beforeMs - afterMs;
      if ((samples[0]?.at ?? oldest) < oldest - 5000)
        samples = samples.filter(({ at }) => at > oldest);
    },
    beat: (from, to, at) => void beats.set(`${from}>${to}`, at),
    claimed: (ip, before, to, at) => {
      const [from] = before.filter((one) => one !== to);
      // The first claim of all, or one that is made again, takes nothing over.
      if (from === undefined) return;
      ids += 1;
      const lastHeartbeat = beats.get(`${from}>${to}`);
      const cause = guessed(facts, lastHeartbeat, at);
      const claim = { id: ids, cause, ip, from, to, claimSent: at };
      open.set(ip, { ...claim, ...(lastHeartbeat && { lastHeartbeat }) });
    },
    view: (node, view) => {
      if (view !== null) views.set(node, view);
      for (const { ip, why } of view?.addresses ?? []) {
        const own = open.get(ip);
        if (own?.to === node && own.confirmed === undefined) explain(own, why);
      }
    },
    moved: (node, { at, ip, detectMs, claimMs, confirmMs, why }) => {
      const own = open.get(ip);
      if (own?.to !== node || at < own.claimSent || at > own.claimSent + sameMs) return;
      explain(own, why);
      own.confirmed = at;
      // Two clocks' readings: what the claim followed from was not after it.
      own.detected = Math.min(at - confirmMs - claimMs, own.claimSent);
      if (detectMs !== undefined) own.lastHeartbeat = own.detected - detectMs;
    },
    news: (now) =>
      [...open.values()].flatMap((one) => {
        const { ip, claimSent } = one;
        if (now > claimSent + beforeMs) return [];
        const own = samples.filter((sample) => sample.ip === ip);
        const made = measured(one, own, now);
        const text = JSON.stringify(made);
        if (text === told.get(ip)) return [];
        told.set(ip, text);
        return [made];
      }),
  };
}

/** The cause until an agent says why: no holder that is well is silent for so long. */
function guessed(
  { intervalMs, limitMs }: Pick<Facts, "intervalMs" | "limitMs">,
  heardAt: number | undefined,
  at: number,
): Cause {
  return heardAt !== undefined && at - heardAt > limitMs - intervalMs / 2 ? "silent" : "other";
}

/** @param from what the holder said of itself last */
function causeOf(why: string | undefined, from: AgentView | undefined): Cause | undefined {
  switch (why) {
    case "the holder fell silent":
      return "silent";
    case "the holder's instance is not running":
      return "stopped";
    case "the holder gives way":
      return from?.healthy === false && !from.maintenance && !from.resigning ? "sick" : "planned";
    case "better in the order":
      return "failback";
    case "contests after the back-off":
      return "contested";
    default:
      return undefined;
  }
}

function measured(open: Open, all: readonly Sample[], now: number): Failover {
  const samples = all
    .filter(({ at }) => at > open.claimSent - beforeMs && at < open.claimSent + afterMs)
    .sort((a, b) => a.at - b.at);
  const failed = outage(samples, open.claimSent);
  const first = failed[0];
  const last = failed.at(-1);
  const firstGood = first && samples.find((one) => isAnswered(one) && one.at > first.at);
  const begin = Math.min(open.lastHeartbeat ?? open.claimSent, first?.at ?? open.claimSent);
  const done = Math.max(open.confirmed ?? now, (last && last.at + last.ms) ?? 0, open.claimSent);
  return {
    ...open,
    failed: failed.length,
    ...(first && { firstFailed: first.at }),
    ...(firstGood && { firstGood: firstGood.at + firstGood.ms }),
    cells: cellsOf(samples, begin - marginMs, Math.min(done + marginMs, now)),
  };
}

/** Requests that failed around the claim, without a quiet time of two seconds between them. */
function outage(samples: readonly Sample[], claimSent: number): readonly Sample[] {
  const quietMs = 2000;
  let run: Sample[] = [];
  for (const one of samples.filter((sample) => !isAnswered(sample))) {
    const last = run.at(-1) ?? one;
    if (one.at > last.at + quietMs) {
      if (last.at > claimSent) break;
      run = [];
    }
    run.push(one);
  }
  return (run.at(-1)?.at ?? 0) < claimSent - quietMs ? [] : run;
}

function cellsOf(samples: readonly Sample[], begin: number, end: number): Failover["cells"] {
  const stepMs = Math.max(50, Math.ceil((end - begin) / cellsMax));
  const row = Array.from({ length: Math.max(0, Math.ceil((end - begin) / stepMs)) }, (_, index) => {
    const from = begin + index * stepMs;
    const inside = samples.filter(({ at }) => at >= from && at < from + stepMs);
    return cellOf(inside.filter(isAnswered).length, inside.length);
  });
  return { begin, stepMs, row };
}

const cellOf = (answered: number, sent: number): Cell =>
  sent === 0 ? "none" : answered === sent ? "good" : answered === 0 ? "failed" : "mixed";

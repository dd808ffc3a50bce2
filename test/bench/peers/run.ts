/** One run of one row: what a client saw, who holds at the end, and what the cloud was asked. */
import { setTimeout as wait } from "node:timers/promises";
import { answerTimeoutMs } from "../../../lab/client/client.ts";
import { isAnswered, type Sample, summarize } from "../../../lab/client/measure.ts";
import type { Lab } from "../../../lab/lab.ts";
import { type CloudMove, cloudMs, movesSince } from "../../../lab/ordeal/moves.ts";
import type { Bench } from "../../real/lab/bench.ts";
import { since } from "../../real/lab/outcome.ts";
import type { Peer } from "./peer.ts";
import type { Row } from "./rows.ts";

export type Run = {
  readonly gapMs: number;
  /** The longest gap lasts until the end of what was watched: it is longer in truth. */
  readonly isOpen: boolean;
  readonly failed: number;
  /** From the fault until the cloud took the first claim. */
  readonly claimMs: number | undefined;
  /** For how long the cloud itself was at it, where anything was moved. */
  readonly cloudMs: number | undefined;
  /** Requests to the cloud's API, those that failed too. */
  readonly calls: number;
  /** By the router's routes. */
  readonly holders: readonly string[];
  /** By the program's own word. */
  readonly elected: readonly string[];
  /** For how long it was watched from the fault on, and when the fault was over. */
  readonly watchedMs: number;
  readonly faultMs: number;
  /** How the requests fared in each slice of that time: a letter for each. */
  readonly strip: string;
  /** When the cloud took claims and releases. */
  readonly moves: readonly { readonly kind: CloudMove["kind"]; readonly ms: number }[];
};

/** Of the requests that began in a slice of time, all were answered, some, or none. */
export const letters = { all: "█", some: "▒", none: "·" } as const;

export const sliceMs = 200;

/** Nothing more comes after so long without a failure or a call under way. */
const quietMs = 5000;
const enoughMs = 20_000;

/** One holder, and the one that the program elected: anything else a person has to mend. */
export const isRight = ({ holders, elected }: Run): boolean =>
  holders.length === 1 && holders.join() === elected.join();

export async function perform(bench: Bench, peer: Peer, row: Row): Promise<Run> {
  const { lab, address } = bench;
  await row.prepare?.(bench);
  const at = Date.now();
  await row.force(bench, peer);
  const faultMs = Date.now() - at;
  await untilOver(bench, row, at + faultMs);
  const watchedMs = Date.now() - at;
  const [holders, elected] = [(await lab.holders(address)).toSorted(), await peer.elected(bench)];
  // What was sent until then is answered or given up.
  await wait(answerTimeoutMs + 200);
  const samples = since(bench, at).filter((one) => one.at <= at + watchedMs);
  const { gaps, failed } = summarize(samples);
  const [longest] = gaps;
  const last = samples.at(-1);
  const moves = movesSince(lab, at);
  const claim = moves.find(({ kind }) => kind === "attach");
  return {
    gapMs: longest?.ms ?? 0,
    isOpen: !!last && !isAnswered(last) && !!longest && longest.to > last.at,
    failed,
    claimMs: claim && Math.round(claim.at - at),
    cloudMs: moves.length === 0 ? undefined : Math.round(cloudMs(moves)),
    calls: callsBetween(lab, at, at + watchedMs),
    holders,
    elected,
    watchedMs,
    faultMs,
    strip: stripOf(samples, at, watchedMs),
    moves: moves.map((move) => ({ kind: move.kind, ms: Math.round(move.at - at) })),
  };
}

/** Waits until nothing more is to be expected, or it has lasted long enough. */
async function untilOver(bench: Bench, { ends }: Row, faultEnds: number): Promise<void> {
  const { lab, address } = bench;
  const isDone = async (): Promise<boolean> =>
    !isUnderWay(lab) &&
    (ends === undefined || (await lab.holders(address)).join() === ends.holder) &&
    since(bench, Date.now() - 1000).every(isAnswered);
  let quietSince = faultEnds;
  while (Date.now() - faultEnds < (ends?.withinMs ?? enoughMs)) {
    await wait(200);
    if (!(await isDone())) quietSince = Date.now();
    if (Date.now() - quietSince >= quietMs) return;
  }
}

/** Whether the cloud has an operation that has not ended. */
export function isUnderWay({ cloud: { events } }: Lab): boolean {
  const ended = new Set(
    events.flatMap((event) => (event.kind === "ended" ? [event.operation.id] : [])),
  );
  return events.some((event) => event.kind === "began" && !ended.has(event.operation.id));
}

/** Requests of the programs on the hosts: by keys that were made in the cloud. */
export function callsBetween({ cloud }: Lab, from: number, to: number): number {
  const wall = Date.now() - cloud.nowMs();
  const theirs = new Set(Object.values(cloud.world().apiKeys).map(({ name }) => name));
  return cloud.requests.filter(
    (one) => theirs.has(one.from) && wall + one.atMs >= from && wall + one.atMs <= to,
  ).length;
}

export function stripOf(samples: readonly Sample[], from: number, forMs: number): string {
  const slices = Map.groupBy(samples, ({ at }) => Math.floor((at - from) / sliceMs));
  const letterOf = (slice: number): string => {
    const inside = slices.get(slice) ?? [];
    const answered = inside.filter(isAnswered).length;
    if (answered === inside.length) return letters.all;
    return answered === 0 ? letters.none : letters.some;
  };
  return Array.from({ length: Math.ceil(forMs / sliceMs) }, (_, at) => letterOf(at)).join("");
}

/** Runs seeds on several threads, and tells of each that breaks an invariant. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Violation } from "./checkers/checker.ts";
import type { Wishes } from "./plan.ts";

/** What a thread is asked to run, and what came of it. */
export type Batch = { readonly first: number; readonly count: number; readonly wishes: Wishes };
export type Broken = { readonly seed: number; readonly violation: Violation };
export type Done = {
  readonly count: number;
  readonly broken: readonly Broken[];
  readonly counts: readonly (readonly [string, number])[];
};

export type Limits = {
  readonly first: number;
  readonly runs: number;
  readonly untilMs: number;
  readonly wishes: Wishes;
  /** Whether to go on after what broke; is asked as soon as that is known. */
  readonly goesOn: (broken: Broken) => boolean;
  /** Takes no more seeds once this is aborted. */
  readonly signal?: AbortSignal;
  /** Is told now and then how many have run, and how many of them broke. */
  readonly tell?: (runs: number, broken: number) => void;
};

export type Summary = {
  readonly runs: number;
  readonly seconds: number;
  /** The lowest seed first: it is the first that breaks, however many threads there were. */
  readonly broken: readonly Broken[];
  readonly counts: ReadonlyMap<string, number>;
};

/** Gives at most so many seeds, and nothing where there are no more. */
type Take = (most: number) => Batch | undefined;

/** What broke, and how it is looked at, in two lines. */
export function lineOf({ seed, violation }: Broken, { nodes, long }: Wishes = {}): string {
  const wishes = `${nodes === undefined ? "" : ` --nodes ${nodes}`}${long ? " --long" : ""}`;
  const again = `npm run simulate -- --seed ${seed}${wishes} --shrink`;
  return `${violation.invariant}: ${violation.what}\n  again: ${again}`;
}

/** So many at once that asking costs nothing, so few that the end comes soon. */
const batch = { most: 50, ms: 500 };

/** Real milliseconds, since this is no part of a run. */
const clockMs = (): number => performance.now();

export async function runMany(limits: Limits): Promise<Summary> {
  const begunMs = clockMs();
  const counts = new Map<string, number>();
  const broken: Broken[] = [];
  let next = limits.first;
  let runs = 0;
  let over = false;
  const threads = Math.min(availableParallelism(), limits.runs);
  const take = (most: number): Batch | undefined => {
    const left = limits.first + limits.runs - next;
    if (over || limits.signal?.aborted || left <= 0) return undefined;
    if (clockMs() - begunMs > limits.untilMs) return undefined;
    const taken = { first: next, count: Math.min(most, left), wishes: limits.wishes };
    next += taken.count;
    return taken;
  };
  const learn = (done: Done): void => {
    runs += done.count;
    for (const [what, times] of done.counts) counts.set(what, (counts.get(what) ?? 0) + times);
    for (const one of done.broken) {
      broken.push(one);
      if (!limits.goesOn(one)) over = true;
    }
    limits.tell?.(runs, broken.length);
  };
  await Promise.all(Array.from({ length: threads }, () => work(take, learn)));
  broken.sort((one, other) => one.seed - other.seed);
  return { runs, seconds: (clockMs() - begunMs) / 1000, broken, counts };
}

/** One thread, until there is nothing more to take. */
function work(take: Take, learn: (done: Done) => void): Promise<void> {
  const worker = new Worker(new URL("worker.ts", import.meta.url));
  let size = 1;
  let givenAt = clockMs();
  return new Promise((resolve, reject) => {
    const give = (): void => {
      const taken = take(size);
      givenAt = clockMs();
      if (taken !== undefined) worker.postMessage(taken);
      else void worker.terminate().then(() => resolve());
    };
    worker.on("message", (done: Done) => {
      const oneMs = (clockMs() - givenAt) / done.count;
      size = Math.max(1, Math.min(batch.most, Math.round(batch.ms / oneMs)));
      learn(done);
      give();
    });
    worker.on("error", reject);
    give();
  });
}

/** A thread of `pool.ts`: runs the seeds that it is sent. */
import { parentPort } from "node:worker_threads";
import { planOf } from "./plan.ts";
import type { Batch, Broken, Done } from "./pool.ts";
import { run } from "./run.ts";

parentPort?.on("message", ({ first, count, wishes }: Batch) => {
  const counts = new Map<string, number>();
  const broken: Broken[] = [];
  for (let seed = first; seed < first + count; seed += 1) {
    const { violation } = run(planOf(seed, wishes), { counts });
    if (violation !== undefined) broken.push({ seed, violation });
  }
  parentPort?.postMessage({ count, broken, counts: [...counts] } satisfies Done);
});

/**
 * The judge: bad days, each against every checker. SIMULATION_FIRST (a seed, or `fresh`),
 * SIMULATION_RUNS and SIMULATION_SECONDS choose which, and how many: as many as fit into so many
 * seconds, and so many at least.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { wholeNumber } from "./command.ts";
import { coverageOf, coveredRuns } from "./coverage.ts";
import { planOf } from "./plan.ts";
import { lineOf, runMany } from "./pool.ts";
import { regression, regressionNames } from "./regressions.ts";
import { run } from "./run.ts";
import { linesOf, shrunk } from "./shrink.ts";

const { SIMULATION_FIRST, SIMULATION_SECONDS, SIMULATION_RUNS } = process.env;
const chosen = SIMULATION_FIRST === "fresh" ? undefined : SIMULATION_FIRST;
const first =
  wholeNumber("SIMULATION_FIRST, if not fresh,", chosen, 0, 1e9) ?? Math.floor(Math.random() * 9e8);
const seconds = wholeNumber("SIMULATION_SECONDS", SIMULATION_SECONDS, 0, 86_400) ?? 90;
const least = wholeNumber("SIMULATION_RUNS", SIMULATION_RUNS, 1, 1e8) ?? 5_000;

test("every invariant holds, and everything that can happen did", async (context) => {
  const limits = { first, wishes: {}, goesOn: () => false };
  const must = await runMany({ ...limits, runs: least, untilMs: Number.POSITIVE_INFINITY });
  const untilMs = (seconds - must.seconds) * 1000;
  const more = await runMany({ ...limits, first: first + least, runs: 1e6, untilMs });
  const all = [...must.broken, ...more.broken];
  const broken = all.map((one) => lineOf(one));
  // What broke on a machine that is gone is read from the log.
  for (const { seed } of all.slice(0, 1)) broken.push(...linesOf(shrunk(planOf(seed))));
  const runs = must.runs + more.runs;
  context.diagnostic(`${runs} runs from seed ${first}`);
  if (broken.length > 0) assert.fail(broken.join("\n"));
  const { holes } = coverageOf(must.counts, must.runs);
  if (must.runs >= coveredRuns) assert.deepEqual(holes, []);
  else context.diagnostic(`so few need not show everything: ${holes.length} holes not judged`);
});

test("a seed gives the same day again", () => {
  const [once, again] = [7, 7].map((seed) => run(planOf(seed), { tracing: true }).trace);
  assert.ok((once ?? []).length > 20);
  assert.deepEqual(once, again);
});

for (const name of regressionNames()) {
  test(`regression ${name}`, () => {
    assert.equal(run(regression(name).plan).violation, undefined);
  });
}

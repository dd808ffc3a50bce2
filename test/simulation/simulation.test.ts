/**
 * The judge: bad days, each against every checker. SIMULATION_FIRST (a seed, or `fresh`),
 * SIMULATION_RUNS and SIMULATION_SECONDS choose which, and how many: as many as fit into so many
 * seconds, and so many at least.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { coverageOf } from "./coverage.ts";
import { planOf } from "./plan.ts";
import { type Broken, runMany } from "./pool.ts";
import { findings, openFinding, regression, regressionNames } from "./regressions.ts";
import { run } from "./run.ts";

const first = firstOf(process.env.SIMULATION_FIRST ?? "fresh");
const seconds = Number(process.env.SIMULATION_SECONDS ?? 90);
const least = Number(process.env.SIMULATION_RUNS ?? 5_000);

function firstOf(chosen: string): number {
  return chosen === "fresh" ? Math.floor(Math.random() * 900_000_000) : Number(chosen);
}

const isOpen = ({ seed, violation }: Broken): boolean =>
  openFinding(planOf(seed), violation) !== undefined;

test("every invariant holds, and everything that can happen did", async (context) => {
  const limits = { first, wishes: {}, goesOn: isOpen };
  const must = await runMany({ ...limits, runs: least, untilMs: Number.POSITIVE_INFINITY });
  const untilMs = (seconds - must.seconds) * 1000;
  const more = await runMany({ ...limits, first: first + least, runs: 1e6, untilMs });
  const broken = [...must.broken, ...more.broken].filter((one) => !isOpen(one));
  const runs = must.runs + more.runs;
  context.diagnostic(`${runs} runs from seed ${first}`);
  assert.deepEqual(broken, [], "npm run simulate -- --seed SEED --shrink shows it small");
  assert.deepEqual(coverageOf(must.counts, must.runs).holes, []);
});

test("a seed gives the same day again", () => {
  const [once, again] = [7, 7].map((seed) => run(planOf(seed), { tracing: true }).trace);
  assert.ok((once ?? []).length > 20);
  assert.deepEqual(once, again);
});

test("every finding that is told apart is kept as an open plan", () => {
  for (const name of Object.keys(findings)) assert.ok(regression(name).open, name);
});

for (const name of regressionNames()) {
  const { plan, invariant, open } = regression(name);
  const title = open ? `open finding ${name}: still breaks ${invariant}` : `regression ${name}`;
  test(title, () => {
    assert.equal(run(plan).violation?.invariant, open ? invariant : undefined);
  });
}

/**
 * The judge: bad days, each against every checker. By default the same 5,000 each time, since fresh
 * ones still find what is open; SIMULATION_FIRST, SIMULATION_RUNS and SIMULATION_SECONDS choose
 * others, and `npm run simulate` draws fresh ones.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { coverageOf } from "./coverage.ts";
import { planOf } from "./plan.ts";
import { type Broken, runMany } from "./pool.ts";
import { findings, openFinding, regression, regressionNames } from "./regressions.ts";
import { run } from "./run.ts";

const seconds = Number(process.env.SIMULATION_SECONDS ?? 0);
const least = Number(process.env.SIMULATION_RUNS ?? 5_000);

/** The first seed, or `fresh`. */
const chosen = process.env.SIMULATION_FIRST ?? "20000";

const isOpen = ({ seed, violation }: Broken): boolean =>
  openFinding(planOf(seed), violation) !== undefined;

test("every invariant holds, and everything that can happen did", async (context) => {
  const first = chosen === "fresh" ? Math.floor(Math.random() * 900_000_000) : Number(chosen);
  const limits = { first, wishes: {}, goesOn: isOpen };
  const must = await runMany({ ...limits, runs: least, untilMs: Number.POSITIVE_INFINITY });
  const untilMs = (seconds - must.seconds) * 1000;
  const more = await runMany({ ...limits, first: first + least, runs: 1e6, untilMs });
  const broken = [...must.broken, ...more.broken].filter((one) => !isOpen(one));
  const runs = must.runs + more.runs;
  context.diagnostic(`${runs} runs from seed ${first}`);
  assert.deepEqual(broken, [], "npm run simulate -- --seed SEED --shrink shows it small");
  assert.deepEqual(coverageOf(must.counts).holes, []);
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

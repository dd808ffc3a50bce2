/**
 * `npm run simulate`: many seeds on all cores, or one run told event by event.
 *
 *   npm run simulate -- --runs 100000            so many seeds, or until the first that breaks
 *   npm run simulate -- --minutes 10             for so long
 *   npm run simulate -- --seed 7 --trace         one day, as it happened
 *   npm run simulate -- --seed 7 --shrink        what is left of it when all is gone that may go
 *   npm run simulate -- --regression NAME        one of test/simulation/regressions
 *   npm run simulate -- --seed 7 --keep NAME --why TEXT    shrinks it and makes it one of these
 *
 * Ends with 1 when an invariant was broken.
 */
import { parseArgs } from "node:util";
import { coverageOf } from "./coverage.ts";
import { type Plan, planOf } from "./plan.ts";
import { type Broken, runMany } from "./pool.ts";
import { keep, openFinding, regression } from "./regressions.ts";
import { run } from "./run.ts";
import { shrink } from "./shrink.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    runs: { type: "string" },
    minutes: { type: "string" },
    nodes: { type: "string" },
    trace: { type: "boolean", default: false },
    shrink: { type: "boolean", default: false },
    regression: { type: "string" },
    keep: { type: "string" },
    why: { type: "string", default: "" },
    coverage: { type: "boolean", default: false },
    /** Goes on after what broke. */
    all: { type: "boolean", default: false },
    /** Excuses no finding for being open. */
    strict: { type: "boolean", default: false },
  },
});
const wishes = values.nodes === undefined ? {} : { nodes: Number(values.nodes) };

if (values.regression !== undefined) tellOne(regression(values.regression).plan);
else if (values.trace || values.shrink || values.keep)
  tellOne(planOf(Number(values.seed ?? 1), wishes));
else await tellMany();

function tellOne(given: Plan): void {
  const broken = run(given).violation;
  const smaller = values.shrink || values.keep !== undefined;
  const plan = smaller && broken ? shrink(given, broken.invariant) : given;
  if (values.keep !== undefined && broken) {
    const { invariant } = broken;
    const open = openFinding(plan, broken) !== undefined;
    keep({ name: values.keep, why: values.why, seed: plan.seed, invariant, open, plan });
  }
  const { violation, trace } = run(plan, { tracing: true });
  console.log(JSON.stringify(plan));
  console.log(trace.join("\n"));
  console.log(violation === undefined ? "all invariants held" : "an invariant was broken");
  process.exitCode = violation === undefined ? 0 : 1;
}

async function tellMany(): Promise<void> {
  const first = Number(values.seed ?? 1);
  const forever = values.minutes !== undefined && values.runs === undefined;
  const { runs, seconds, broken, counts } = await runMany({
    first,
    runs: forever ? 1e9 : Number(values.runs ?? 1_000),
    untilMs: values.minutes === undefined ? 1e12 : Number(values.minutes) * 60_000,
    wishes,
    goesOn: (one) => values.all || isOpen(one),
  });
  console.log(`${runs} runs from seed ${first}: ${Math.round(runs / seconds)} a second`);
  const open = broken.filter(isOpen);
  if (open.length > 0) console.log(`${open.length} of them broken by findings that are open`);
  const news = broken.filter((one) => !isOpen(one));
  for (const one of news) console.log(lineOf(one));
  if (values.coverage) for (const line of coverageOf(counts).lines) console.log(line);
  process.exitCode = news.length === 0 ? 0 : 1;
}

function isOpen({ seed, violation }: Broken): boolean {
  const open = openFinding(planOf(seed, wishes), violation);
  return !values.strict && open !== undefined;
}

function lineOf({ seed, violation }: Broken): string {
  const nodes = values.nodes === undefined ? "" : ` --nodes ${values.nodes}`;
  const again = `npm run simulate -- --seed ${seed}${nodes} --shrink`;
  return `${violation.invariant}: ${violation.what}\n  again: ${again}`;
}

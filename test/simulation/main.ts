/**
 * `npm run simulate`: many seeds on all cores, or one run told event by event; `--help` tells how.
 * Ends with 1 when an invariant was broken, or what coverage expects never came about, and with 2
 * where the options are wrong.
 */
import { coverageOf } from "./coverage.ts";
import { type Options, optionsOf, usage } from "./options.ts";
import { type Plan, planOf, type Wishes } from "./plan.ts";
import { type Broken, runMany } from "./pool.ts";
import { keep, openFinding, regression } from "./regressions.ts";
import { run } from "./run.ts";
import { shrink } from "./shrink.ts";

const wishesOf = ({ nodes, long }: Options): Wishes => ({
  long,
  ...(nodes !== undefined && { nodes }),
});

function tellOne(given: Plan, options: Options): boolean {
  const broken = run(given).violation;
  const smaller = options.shrink || options.keep !== undefined;
  const plan = smaller && broken ? shrink(given, broken.invariant) : given;
  if (options.keep !== undefined && broken) {
    const { invariant } = broken;
    const open = openFinding(plan, broken) !== undefined;
    keep({ name: options.keep, why: options.why, seed: plan.seed, invariant, open, plan });
  }
  const { violation, trace } = run(plan, { tracing: true });
  console.log(JSON.stringify(plan));
  console.log(trace.join("\n"));
  console.log(violation === undefined ? "all invariants held" : "an invariant was broken");
  return violation === undefined;
}

async function tellMany(options: Options): Promise<boolean> {
  const wishes = wishesOf(options);
  const isOpen = ({ seed, violation }: Broken): boolean =>
    !options.strict && openFinding(planOf(seed, wishes), violation) !== undefined;
  const { runs, seconds, broken, counts } = await runMany({
    first: options.seed,
    runs: options.runs,
    untilMs: (options.minutes ?? Number.POSITIVE_INFINITY) * 60_000,
    wishes,
    goesOn: (one) => options.all || isOpen(one),
    tell: progress(),
  });
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  console.log(`${runs} runs from seed ${options.seed}: ${Math.round(runs / seconds)} a second`);
  const open = broken.filter(isOpen);
  if (open.length > 0) console.log(`${open.length} of them broken by findings that are open`);
  const news = broken.filter((one) => !isOpen(one));
  for (const one of news) console.log(lineOf(one, options));
  if (!options.coverage) return news.length === 0;
  const { lines, holes } = coverageOf(counts, runs);
  for (const line of lines) console.log(line);
  for (const hole of holes) console.log(`never: ${hole}`);
  return news.length === 0 && (holes.length === 0 || runs < coveredRuns);
}

/** Fewer runs need not show everything. */
const coveredRuns = 5_000;

/** A line that is written over where somebody looks, and one in a minute where a log is kept. */
function progress() {
  const { isTTY } = process.stderr;
  const everyMs = isTTY ? 500 : 60_000;
  let toldAt = performance.now();
  return (runs: number, broken: number): void => {
    if (performance.now() < toldAt + everyMs) return;
    toldAt = performance.now();
    const said = `${runs} runs, ${broken} broken`;
    process.stderr.write(isTTY ? `\r\x1b[K${said}` : `${said}\n`);
  };
}

function lineOf({ seed, violation }: Broken, options: Options): string {
  const nodes = options.nodes === undefined ? "" : ` --nodes ${options.nodes}`;
  const long = options.long ? " --long" : "";
  const again = `npm run simulate -- --seed ${seed}${nodes}${long} --shrink`;
  return `${violation.invariant}: ${violation.what}\n  again: ${again}`;
}

async function main(args: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = optionsOf(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return 2;
  }
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const { seed, trace, shrink, keep, regression: name } = options;
  if (name !== undefined) return tellOne(regression(name).plan, options) ? 0 : 1;
  const one = trace || shrink || keep !== undefined;
  const held = one ? tellOne(planOf(seed, wishesOf(options)), options) : await tellMany(options);
  return held ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));

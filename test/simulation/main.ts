/**
 * `npm run simulate`: many seeds on all cores, or one run told event by event; `--help` tells how.
 * Ends with 1 when an invariant was broken, or what coverage expects never came about, with 2 where
 * the options are wrong, nothing is to be shrunk or a file cannot be written, and with 130 where it
 * was stopped before that.
 */
import { interrupted, interruption, perform } from "./command.ts";
import { coverageOf, coveredRuns } from "./coverage.ts";
import { type Options, optionsOf, usage } from "./options.ts";
import { type Plan, planOf, type Wishes } from "./plan.ts";
import { lineOf, runMany } from "./pool.ts";
import { keep, pathOf, regression } from "./regressions.ts";
import { run } from "./run.ts";
import { linesOf, shrunk } from "./shrink.ts";

const wishesOf = ({ nodes, long }: Options): Wishes => ({
  long,
  ...(nodes !== undefined && { nodes }),
});

function tellOne(given: Plan, options: Options): number {
  const broken = run(given).violation;
  const { keep: name, why = "" } = options;
  const smaller = options.shrink || name !== undefined;
  if (smaller && broken === undefined) {
    console.error(`seed ${given.seed}: nothing broke, so nothing is to be shrunk or kept`);
    return 2;
  }
  const plan = smaller ? shrunk(given) : given;
  console.log(linesOf(plan).join("\n"));
  if (name !== undefined && broken) {
    const { invariant } = broken;
    keep({ name, why, seed: plan.seed, invariant, plan });
    console.log(`kept as ${pathOf(name)}`);
  }
  return broken === undefined ? 0 : 1;
}

async function tellMany(options: Options): Promise<number> {
  const wishes = wishesOf(options);
  const signal = interruption();
  const { runs, seconds, broken, counts } = await runMany({
    first: options.seed,
    runs: options.runs,
    untilMs: (options.minutes ?? Number.POSITIVE_INFINITY) * 60_000,
    wishes,
    signal,
    // What breaks is told at once: whoever stops a run of hours keeps what it has found.
    goesOn(one) {
      wipe();
      console.log(lineOf(one, wishes));
      return options.all;
    },
    tell: progress(),
  });
  wipe();
  const [lowest] = broken;
  const broke = lowest === undefined ? "" : `, ${broken.length} broke, the first ${lowest.seed}`;
  const pace = `${Math.round(runs / seconds)} a second`;
  console.log(`${runs} runs from seed ${options.seed}${broke}: ${pace}`);
  const holes = options.coverage ? tellCoverage(counts, runs) : [];
  if (broken.length > 0) return 1;
  if (signal.aborted) return interrupted;
  return holes.length > 0 && runs >= coveredRuns ? 1 : 0;
}

function tellCoverage(counts: ReadonlyMap<string, number>, runs: number): readonly string[] {
  const { lines, holes } = coverageOf(counts, runs);
  for (const line of lines) console.log(line);
  for (const hole of holes) console.log(`never: ${hole}`);
  return holes;
}

/** The line of the progress makes room for what stays. */
const wipe = (): void => {
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
};

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

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const { seed, trace, shrink, keep, regression: name } = options;
  const one = name !== undefined || trace || shrink || keep !== undefined;
  if (!one) return tellMany(options);
  if (name === undefined) return tellOne(planOf(seed, wishesOf(options)), options);
  const { plan, invariant, why } = regression(name);
  const result = tellOne(plan, options);
  console.log(`It broke ${invariant} once: ${why}.`);
  return result;
}

await perform(usage, main);

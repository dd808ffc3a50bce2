/** The options of `npm run simulate`, checked. */
import { parseArgs } from "node:util";
import { regressionNames } from "./regressions.ts";

export const usage = `npm run simulate -- OPTIONS
  --runs 100000            so many seeds, or until the first that breaks (1,000 unless told)
  --minutes 10             for so long
  --seed 7                 the first seed, 1 unless told
  --seed 7 --trace         one day, as it happened
  --seed 7 --shrink        what is left of it when all is gone that may go
  --seed 7 --keep NAME --why TEXT    shrinks it and makes it one of test/simulation/regressions
  --regression NAME        one of these
  --nodes 3                groups of so many, 2 to 9
  --long                   days of one to two minutes only
  --all                    goes on after what broke
  --strict                 excuses no finding for being open
  --coverage               how often each fault, state and transition came about`;

export type Options = {
  readonly seed: number;
  readonly runs: number;
  readonly minutes: number | undefined;
  readonly nodes: number | undefined;
  readonly long: boolean;
  readonly trace: boolean;
  readonly shrink: boolean;
  readonly regression: string | undefined;
  readonly keep: string | undefined;
  readonly why: string;
  readonly coverage: boolean;
  readonly all: boolean;
  readonly strict: boolean;
  readonly help: boolean;
};

/** @throws Error that says which option is wrong, and what it may be */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ seed: { type: "string" }, runs: { type: "string" }, minutes: { type: "string" } },
      ...{ nodes: { type: "string" }, regression: { type: "string" }, keep: { type: "string" } },
      ...{ trace: { type: "boolean" }, shrink: { type: "boolean" }, all: { type: "boolean" } },
      ...{ strict: { type: "boolean" }, coverage: { type: "boolean" } },
      ...{ long: { type: "boolean" } },
      ...{ why: { type: "string" }, help: { type: "boolean" } },
    },
  });
  const { regression, keep, why = "", trace = false, shrink = false, all = false } = values;
  const known = regressionNames();
  if (regression !== undefined && !known.includes(regression)) {
    throw new Error(`--regression ${regression}: there are ${known.join(", ")}`);
  }
  if (keep !== undefined && !/^[a-z\d-]+$/.test(keep)) {
    throw new Error(`--keep ${keep}: a name of small letters, digits and dashes`);
  }
  if (keep !== undefined && why === "") throw new Error("--keep: tell what it was by --why TEXT");
  const minutes = numberOf("minutes", values.minutes, 1, 1e6);
  return {
    ...{ regression, keep, why, trace, shrink, all, minutes },
    seed: numberOf("seed", values.seed, 0, 2 ** 50) ?? 1,
    runs: numberOf("runs", values.runs, 1, 1e9) ?? (minutes === undefined ? 1_000 : 1e9),
    nodes: numberOf("nodes", values.nodes, 2, 9),
    long: values.long ?? false,
    strict: values.strict ?? false,
    coverage: values.coverage ?? false,
    help: values.help ?? false,
  };
}

function numberOf(name: string, given: string | undefined, least: number, most: number) {
  if (given === undefined) return undefined;
  const number = Number(given);
  if (/^\d+$/.test(given) && number >= least && number <= most) return number;
  throw new Error(`--${name} ${given}: a whole number from ${least} to ${most}`);
}

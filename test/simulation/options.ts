/** The options of `npm run simulate`, checked. */
import { parseArgs } from "node:util";
import { BadOption, wholeNumber } from "./command.ts";
import { regressionNames } from "./regressions.ts";

export const usage = `npm run simulate -- OPTIONS
  --runs 100000            so many seeds, or until the first that breaks (1,000 unless told)
  --minutes 10             for so long
  --seed 7                 the first seed, 1 unless told
  --seed 7 --trace         one day, as it happened
  --seed N --shrink        what is left of one that breaks when all is gone that may go
  --seed N --keep NAME --why TEXT    shrinks it and makes it one of test/simulation/regressions
  --regression NAME        one of these, as it happens
  --nodes 3                groups of so many, 2 to 9
  --long                   days of one to two minutes only
  --all                    goes on after what broke
  --coverage               how often each fault, state and transition came about`;

export type Options = ReturnType<typeof optionsOf>;

/** The plan's generator has so many beginnings; further seeds would be the same days again. */
const seeds = 2 ** 30;

/**
 * What is chosen; undefined or false where nothing is.
 * @throws BadOption, or the error of `parseArgs`, which say which option is wrong
 */
export function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ seed: { type: "string" }, runs: { type: "string" }, minutes: { type: "string" } },
      ...{ nodes: { type: "string" }, regression: { type: "string" }, keep: { type: "string" } },
      ...{ trace: { type: "boolean" }, shrink: { type: "boolean" }, all: { type: "boolean" } },
      ...{ coverage: { type: "boolean" }, long: { type: "boolean" } },
      ...{ why: { type: "string" }, help: { type: "boolean" } },
    },
  });
  const { help = false, trace = false, shrink = false, long = false } = values;
  const { all = false, coverage = false, regression, keep, why } = values;
  refuseContradictions(values);
  checkNames(regression, keep, why);
  const minutes = wholeNumber("--minutes", values.minutes, 1, 1e6);
  const seed = wholeNumber("--seed", values.seed, 0, seeds - 1) ?? 1;
  const most = seeds - seed;
  const runs = wholeNumber(`--seed ${seed} --runs`, values.runs, 1, most);
  const nodes = wholeNumber("--nodes", values.nodes, 2, 9);
  return {
    ...{ help, trace, shrink, long, all, coverage, regression, keep, why, minutes },
    ...{ seed, nodes, runs: runs ?? Math.min(most, minutes === undefined ? 1_000 : most) },
  };
}

const ofMany = ["runs", "minutes", "all", "coverage"];
const ofOneSeed = ["trace", "shrink", "keep"];
const ofPlans = ["seed", "nodes", "long", ...ofOneSeed];

/** What would be passed over without a word is refused. */
function refuseContradictions(values: Readonly<Record<string, unknown>>): void {
  const given = (names: readonly string[]) => names.find((name) => values[name] !== undefined);
  const refuse = (names: readonly string[], others: readonly string[], why: string): void => {
    const [one, other] = [given(names), given(others)];
    if (one === undefined || other === undefined) return;
    throw new BadOption(`--${one} with --${other}: ${why}`);
  };
  refuse(["regression"], [...ofPlans, ...ofMany], "a regression is one plan, told as it happens");
  refuse(ofOneSeed, ofMany, "the first is about one day, the second about many");
}

function checkNames(regression?: string, keep?: string, why?: string): void {
  const known = regressionNames();
  if (regression !== undefined && !known.includes(regression)) {
    throw new BadOption(`--regression ${regression}: there are\n  ${known.join("\n  ")}`);
  }
  if ((keep === undefined) !== (why === undefined)) {
    throw new BadOption("--keep NAME and --why TEXT: the one needs the other");
  }
  if (keep === undefined || why === undefined) return;
  if (!/^\S[^\p{Cc}]*[^.\s\p{Cc}]$/u.test(why)) {
    throw new BadOption("--why TEXT: one line, and no full stop at its end");
  }
  if (!/^[a-z\d-]{1,80}$/.test(keep)) {
    throw new BadOption(`--keep ${keep}: a name of up to 80 small letters, digits and dashes`);
  }
  if (known.includes(keep)) {
    throw new BadOption(`--keep ${keep}: is there already; take another name, or remove its file`);
  }
}

/**
 * `npm run simulate:mutants`: every mutant against fresh seeds, as a table. Ends with 1 when one of
 * them passed, with 2 where the options are wrong, and with 130 where it was stopped.
 */
import { parseArgs } from "node:util";
import { BadOption, interrupted, interruption, perform, wholeNumber } from "../command.ts";
import { hunt } from "./hunt.ts";
import { mutants } from "./mutants.ts";

const usage = `npm run simulate:mutants -- OPTIONS
  --only NAME              one of test/simulation/mutants/mutants.ts
  --runs 20000             so many seeds for each at most
  --seed 1                 from this one on`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      ...{ seed: { type: "string" }, runs: { type: "string" }, only: { type: "string" } },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const { only } = values;
  const chosen = mutants.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0) {
    throw new BadOption(`--only ${only}: there are ${mutants.map(({ name }) => name).join(", ")}`);
  }
  const seed = wholeNumber("--seed", values.seed, 0, 1e9) ?? 1;
  const runs = wholeNumber("--runs", values.runs, 1, 1e7) ?? 20_000;
  console.log("| mutant | what it gets wrong | caught by | at run |\n| --- | --- | --- | ---: |");
  const signal = interruption();
  let passed = 0;
  for (const mutant of chosen) {
    const hunted = await hunt(mutant, seed, runs, signal);
    if (signal.aborted) return interrupted;
    if (hunted.invariant === undefined) passed += 1;
    const caught = hunted.invariant ?? "**nobody**";
    const at = hunted.runs.toLocaleString("en-US");
    console.log(`| ${mutant.name} | ${mutant.what} | ${caught} | ${at} |`);
  }
  return passed === 0 ? 0 : 1;
}

await perform(usage, main);

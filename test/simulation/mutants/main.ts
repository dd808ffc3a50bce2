/** `npm run simulate:mutants`: every mutant against fresh seeds, as a table. */
import { parseArgs } from "node:util";
import { hunt } from "./hunt.ts";
import { mutants } from "./mutants.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    runs: { type: "string", default: "20000" },
    only: { type: "string" },
  },
});

const chosen = mutants.filter(({ name }) => values.only === undefined || name === values.only);
console.log(
  "| mutant | what it gets wrong | caught by | within runs |\n| --- | --- | --- | ---: |",
);
let passed = 0;
for (const mutant of chosen) {
  const { invariant, runs } = await hunt(mutant, Number(values.seed), Number(values.runs));
  if (invariant === undefined) passed += 1;
  const caught = invariant ?? "**nobody**";
  console.log(`| ${mutant.name} | ${mutant.what} | ${caught} | ${runs} |`);
}
process.exitCode = passed === 0 ? 0 : 1;

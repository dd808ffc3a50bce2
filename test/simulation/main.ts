/** `npm run simulate`: many seeds, or one of them event by event. */
import { parseArgs } from "node:util";
import { optionsOf, simulate } from "./run.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    runs: { type: "string", default: "1000" },
    trace: { type: "boolean", default: false },
  },
});
const first = Number(values.seed);
if (values.trace) {
  const { options, violation, log } = simulate(optionsOf(first), true);
  console.log(JSON.stringify(options));
  console.log(log.join("\n"));
  console.log(violation === undefined ? "all invariants held" : JSON.stringify(violation));
  process.exit(violation === undefined ? 0 : 1);
}
const begun = performance.now();
const runs = Number(values.runs);
const broken = new Map<string, number[]>();
for (let seed = first; seed < first + runs; seed += 1) {
  const { violation } = simulate(optionsOf(seed));
  if (violation === undefined) continue;
  broken.set(violation.invariant, [...(broken.get(violation.invariant) ?? []), seed]);
}
const seconds = (performance.now() - begun) / 1000;
console.log(`${runs} runs from seed ${first}: ${Math.round(runs / seconds)} a second`);
for (const [invariant, seeds] of broken) {
  console.log(`${invariant}: ${seeds.length} broken, seeds ${seeds.slice(0, 8).join(" ")}`);
}
process.exitCode = broken.size === 0 ? 0 : 1;

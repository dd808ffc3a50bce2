/**
 * `npm run bench:failover`: what a client sees when the address moves, with our agent and with the
 * programs that people use today, in one lab, one after the other. It prints what it measured and
 * asserts nothing. `-- --only PATTERN`, `--peer NAME`, `--runs N` choose; `--write` puts table and
 * picture into the documents, `--render` does so from what was measured last. Ctrl-C takes its lab
 * down; what was measured until then is told.
 */
import { WorldFailure } from "../../stack/failure.ts";
import { labName, startBench } from "../real/lab/bench.ts";
import { endInterrupted, interruptible } from "./peers/interrupt.ts";
import { measure } from "./peers/measure.ts";
import { type Options, optionsOf } from "./peers/options.ts";
import { measured, write } from "./peers/page.ts";
import type { Results } from "./peers/results.ts";
import { claimsOf, costsOf, tableOf } from "./peers/table.ts";

const lab = labName();
const signal = interruptible(lab);

async function measuredNow(options: Options): Promise<Results> {
  const bench = await startBench({
    example: "exoscale-elastic-ip-article",
    // VRRP needs a network that no security group filters.
    changes: [[/^networks:\n/m, "networks:\n  private: { cidr: 10.0.0.0/24, interface: eth1 }\n"]],
    name: lab,
    signal,
  });
  return measure(bench, options);
}

try {
  const options = optionsOf(process.argv.slice(2));
  const results = options.render ? measured() : await measuredNow(options);
  if (results === undefined)
    throw new WorldFailure(
      "nothing was measured yet",
      "`--write` measures everything and keeps it",
    );
  const isWhole = process.exitCode === undefined;
  if ((options.write && isWhole) || options.render) write(results);
  const parts = [tableOf(results), claimsOf(results), costsOf(results)];
  process.stdout.write(`${results.machine}\n\n${parts.join("\n\n")}\n`);
} catch (error) {
  if (error instanceof WorldFailure) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode ??= 1;
  } else if (!signal.aborted) throw error;
}
if (signal.aborted) endInterrupted(lab);

/**
 * `npm run bench:failover`: what a client sees when the address moves, with our agent and with the
 * programs that people use today, in one lab, one after the other. It prints what it measured and
 * asserts nothing. `-- --only PATTERN`, `--peer NAME`, `--runs N` choose; `--write` puts table and
 * picture into the documents, `--render` does so from what was measured last.
 */
import { cpus } from "node:os";
import { WorldFailure } from "../../stack/failure.ts";
import { type Bench, startBench, tellJournals } from "../real/lab/bench.ts";
import { baton } from "./peers/baton.ts";
import { calm, install } from "./peers/calm.ts";
import { costOf } from "./peers/cost.ts";
import { type Options, optionsOf } from "./peers/options.ts";
import { measured, write } from "./peers/page.ts";
import type { Peer } from "./peers/peer.ts";
import type { Results } from "./peers/results.ts";
import type { Row } from "./peers/rows.ts";
import { perform, type Run } from "./peers/run.ts";
import { cellOf, claimsOf, costsOf, tableOf } from "./peers/table.ts";

const say = (text: string): boolean => process.stderr.write(`${text}\n`);

/** A run that could not begin, or was lost to the lab, is told and left out. */
async function attempt(bench: Bench, peer: Peer, row: Row): Promise<Run | undefined> {
  try {
    await calm(bench, peer);
    const run = await perform(bench, peer, row);
    say(`${peer.name} ${row.name}: ${cellOf([run])}\n  ${run.strip}`);
    return run;
  } catch (error) {
    say(`${peer.name} ${row.name}: LOST: ${error instanceof Error ? error.message : error}`);
    await tellJournals(bench.lab);
    return undefined;
  }
}

async function measure({ peers, rows, runs, idleMs }: Options): Promise<Results> {
  const bench = await startBench({
    example: "exoscale-elastic-ip-article",
    // VRRP needs a network that no security group filters.
    changes: [[/^networks:\n/m, "networks:\n  private: { cidr: 10.0.0.0/24, interface: eth1 }\n"]],
  });
  const all: Results["runs"][number][] = [];
  const costs: Results["costs"][number][] = [];
  // What the hosts' user-data has started.
  let before = baton(1000);
  try {
    for (const peer of peers) {
      await install(bench, peer, before);
      before = peer;
      if (idleMs > 0) {
        await calm(bench, peer);
        costs.push({ peer: peer.name, cost: await costOf(bench, peer, idleMs) });
      }
      for (const row of rows)
        for (let n = 0; n < runs; n += 1) {
          const run = await attempt(bench, peer, row);
          if (run !== undefined) all.push({ row: row.name, peer: peer.name, run });
        }
    }
  } catch (error) {
    // What was measured until then is still told.
    say(`ended before its end: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  } finally {
    await bench.down();
  }
  const named = ({ name, title }: Peer | Row) => ({ name, title });
  return {
    machine: machineNote(runs),
    peers: peers.map(named),
    rows: rows.map(named),
    runs: all,
    costs,
  };
}

const machineNote = (runs: number): string =>
  `One run of the command on ${cpus().length} shared cores, n = ${runs} for each row and program. ` +
  "Seconds: median (least–most).";

try {
  const options = optionsOf(process.argv.slice(2));
  const results = options.render ? measured() : await measure(options);
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
  if (!(error instanceof WorldFailure)) throw error;
  say(error.message);
  process.exitCode = 1;
}

/** Every program through every row, one after the other, in one lab. */
import { cpus } from "node:os";
import { unless } from "../../../lab/run/unless.ts";
import { type Bench, tellJournals } from "../../real/lab/bench.ts";
import { baton } from "./baton.ts";
import { calm, install } from "./calm.ts";
import { costOf } from "./cost.ts";
import type { Options } from "./options.ts";
import type { Peer } from "./peer.ts";
import type { Results } from "./results.ts";
import type { Row } from "./rows.ts";
import { perform, type Run } from "./run.ts";
import { cellOf } from "./table.ts";

const say = (text: string): boolean => process.stderr.write(`${text}\n`);

/** A run that could not begin, or was lost to the lab, is told and left out. */
async function attempt(bench: Bench, peer: Peer, row: Row): Promise<Run | undefined> {
  try {
    await calm(bench, peer);
    const run = await perform(bench, peer, row);
    say(`${peer.name} ${row.name}: ${cellOf([run])}\n  ${run.strip}`);
    return run;
  } catch (error) {
    if (bench.signal?.aborted) throw error;
    say(`${peer.name} ${row.name}: LOST: ${error instanceof Error ? error.message : error}`);
    await tellJournals(bench.lab);
    return undefined;
  }
}

/**
 * Takes the lab down at the end, whatever comes.
 * @returns what was measured until the end, or until the bench's signal has ended it
 */
export async function measure(
  bench: Bench,
  { peers, rows, runs, idleMs }: Omit<Options, "write" | "render">,
): Promise<Results> {
  const { signal } = bench;
  const all: Results["runs"][number][] = [];
  const costs: Results["costs"][number][] = [];
  // What the hosts' user-data has started.
  let before = baton(1000);
  try {
    for (const peer of peers) {
      await unless(signal, install(bench, peer, before));
      before = peer;
      if (idleMs > 0) {
        await unless(signal, calm(bench, peer));
        costs.push({ peer: peer.name, cost: await unless(signal, costOf(bench, peer, idleMs)) });
      }
      for (const row of rows)
        for (let n = 0; n < runs; n += 1) {
          const run = await unless(signal, attempt(bench, peer, row));
          if (run !== undefined) all.push({ row: row.name, peer: peer.name, run });
        }
    }
  } catch (error) {
    // What was measured until then is still told.
    if (!signal?.aborted) {
      say(`ended before its end: ${error instanceof Error ? error.message : error}`);
      process.exitCode = 1;
    }
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

/** What a client saw of a scenario, and what the cloud was asked for. */
import { type Gap, isAnswered, type Sample, summarize } from "../../../lab/client/measure.ts";
import { movesSince } from "../../../lab/ordeal/moves.ts";
import { isCutShort } from "../../../lab/ordeal/ordeal.ts";
import { type Bench, log, until } from "./bench.ts";

/** Requests sent since a moment whose end is known. */
export const since = (bench: Bench, at: number): readonly Sample[] =>
  bench
    .client()
    .samples()
    .filter((one) => one.at >= at);

/** Waits until the client has seen nothing but answers for a while. */
export const untilServed = (bench: Bench, forMs = 1500): Promise<void> =>
  until("all requests are answered", () => {
    const recent = since(bench, Date.now() - forMs);
    return recent.length > forMs / 40 && recent.every(isAnswered);
  });

/** What a scenario came to; its figures are printed. */
export type Outcome = {
  readonly gaps: readonly Gap[];
  /**
   * What became of each request that failed, in words: a failed test says no more. Without those
   * that were under way at the moment of a move: the cloud cuts them short.
   */
  readonly failed: readonly string[];
  readonly attaches: number;
  readonly detaches: number;
  readonly holder: string;
};

/**
 * Lets something happen to the holder, waits for the end that is expected, and counts what it cost.
 * @param expected who holds at the end
 * @param at when it began, where that is earlier
 */
export async function outcomeOf(
  bench: Bench,
  title: string,
  expected: string,
  happens: () => Promise<unknown>,
  at = Date.now(),
): Promise<Outcome> {
  await happens();
  await until(`${expected} alone holds`, async () => {
    return (await bench.lab.holders(bench.address)).join() === expected;
  });
  await untilServed(bench);
  const moves = movesSince(bench.lab, at);
  const samples = since(bench, at);
  const { gaps, sent } = summarize(samples);
  const cut = samples.filter((one) => isCutShort(one, moves));
  const lost = samples.filter((one) => !isAnswered(one) && !cut.includes(one));
  const failed = await toldOf(bench, lost, at);
  const count = (kind: "attach" | "detach") => moves.filter((one) => one.kind === kind).length;
  const outcome = { gaps, failed, attaches: count("attach"), detaches: count("detach") };
  const cloudS = moves.reduce((sum, one) => sum + ((one.until ?? one.at) - one.at), 0) / 1000;
  log(
    `${title}: longest gap ${gaps[0]?.ms ?? 0} ms, ${failed.length} of ${sent} requests failed, ` +
      `${cut.length} cut short by a move, ` +
      `${moves.length} moves of ${cloudS.toFixed(1)} s of the cloud's own, ${expected} holds`,
  );
  return { ...outcome, holder: expected };
}

async function toldOf({ lab }: Bench, lost: readonly Sample[], since: number): Promise<string[]> {
  const flows = lost.length > 0 ? await lab.fabric.flows() : new Map<number, string>();
  return lost.map(({ at, ms, port = 0, status, error = status }) => {
    const host = flows.get(port);
    const where = host === undefined ? "no host" : lab.hostOf(host);
    return `sent after ${at - since} ms from port ${port} to ${where}: ${error}, ${ms} ms`;
  });
}

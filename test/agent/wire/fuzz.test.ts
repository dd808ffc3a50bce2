/** A million hostile datagrams: no throw, bounded time and memory, always a reason. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fuzz } from "./fuzz.ts";

const datagrams = 1_000_000;
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

test(`${datagrams} datagrams, seed ${seed}`, (context) => {
  const { tookMs, slowestNs, counts, peersMax } = fuzz(datagrams, seed);
  context.diagnostic(`${tookMs} ms, slowest ${slowestNs / 1000n} us, ${[...counts].join(" ")}`);
  // Each branch of the decoders was reached, else the million proves little.
  for (const reason of ["accepted", "malformed", "forged", "length", "version"] as const) {
    assert.ok((counts.get(reason) ?? 0) > 100, reason);
  }
  assert.equal(
    [...counts.values()].reduce((sum, count) => sum + count),
    2 * datagrams,
  );
  assert.ok(peersMax <= 16, `${peersMax} peers`);
  // A machine may stand still for seconds; a decoder that loops would do so for longer.
  assert.ok(slowestNs < 30_000_000_000n, `${slowestNs} ns`);
});

/** The small simulator: the core under some hundred bad days. A later issue makes it the judge. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { optionsOf, simulate } from "./run.ts";

const runs = 300;

test(`${runs} seeds: the cloud converges, is not orphaned by us, sees no fight and few calls`, () => {
  const broken = Array.from({ length: runs }, (_, index) => index + 1).flatMap((seed) => {
    const { violation } = simulate(optionsOf(seed));
    return violation === undefined ? [] : [seed];
  });
  assert.deepEqual(broken, []);
});

test("a seed gives the same day again", () => {
  const [once, again] = [7, 7].map((seed) => simulate(optionsOf(seed), true).log);
  assert.ok((once ?? []).length > 0);
  assert.deepEqual(once, again);
});

/** Waits that grow, their jitter, and the numbers behind it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { freshBackoff, nextRandom, waitAfter } from "../../../agent/core/backoff.ts";

const limits = { firstMs: 250, maxMs: 5_000 };

function waits(count: number, random: number): number[] {
  let backoff = freshBackoff(limits);
  return Array.from({ length: count }, () => {
    const taken = waitAfter(backoff, limits, random);
    backoff = taken.backoff;
    return taken.waitMs;
  });
}

describe("back-off", () => {
  test("each wait is twice the one before, up to the longest", () => {
    assert.deepEqual(waits(7, 0.5), [250, 500, 1000, 2000, 4000, 5000, 5000]);
  });

  test("the jitter lies between three and five quarters", () => {
    assert.deepEqual(waits(2, 0), [188, 375]);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
        waits(7, random).forEach((waitMs, index) => {
          const nominalMs = Math.min(5000, 250 * 2 ** index);
          assert.ok(
            waitMs >= Math.floor(nominalMs * 0.75) && waitMs <= Math.ceil(nominalMs * 1.25),
          );
        });
      }),
    );
  });

  test("taking a wait does not change what was given", () => {
    const backoff = freshBackoff(limits);
    waitAfter(backoff, limits, 0.5);
    assert.deepEqual(backoff, { nextMs: 250 });
  });
});

describe("the core's random numbers", () => {
  test("they stay between 0 and 1, do not stand still, and spread", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (seed) => {
        let random = seed;
        const drawn = Array.from({ length: 200 }, () => {
          random = nextRandom(random);
          return random;
        });
        assert.ok(drawn.every((one) => one > 0 && one < 1));
        assert.equal(new Set(drawn).size, drawn.length);
        assert.ok(Math.min(...drawn) < 0.2 && Math.max(...drawn) > 0.8);
      }),
    );
  });

  test("the same seed gives the same numbers", () => {
    assert.equal(nextRandom(0.25), nextRandom(0.25));
    assert.notEqual(nextRandom(0.25), nextRandom(0.75));
  });
});

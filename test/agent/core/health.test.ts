/** Local health: rise and fall counts, several checks, and what a fresh one is. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  afterTry,
  freshHealth,
  type Health,
  isHealthy,
  mayBeHealthy,
} from "../../../agent/core/health.ts";

/** `+` is a good try, `-` a bad one; gives whether the node is healthy after each. */
function verdicts(tries: string, start: Health = freshHealth([{ rise: 2, fall: 3 }])): string {
  let health = start;
  return [...tries]
    .map((sign) => {
      health = afterTry(health, 0, sign === "+");
      return isHealthy(health) ? "w" : "s";
    })
    .join("");
}

describe("health", () => {
  test("without checks a node is healthy", () => {
    assert.ok(isHealthy(freshHealth([])));
  });

  for (const [tries, expected, lesson] of [
    ["++", "sw", "a check begins sick, and rises after its count of good tries"],
    ["+-+-++", "sssssw", "a bad try begins the count anew"],
    ["++--+---", "swwwwwws", "it falls after its count of bad tries in a row"],
    ["++---++", "swwwssw", "it rises again after a fall"],
  ] as const)
    test(lesson, () => assert.equal(verdicts(tries), expected));

  test("a node is healthy when all of its checks are", () => {
    const two = freshHealth([
      { rise: 1, fall: 1 },
      { rise: 1, fall: 1 },
    ]);
    const one = afterTry(two, 0, true);
    assert.ok(!isHealthy(one));
    const both = afterTry(one, 1, true);
    assert.ok(isHealthy(both));
    assert.ok(!isHealthy(afterTry(both, 0, false)));
  });

  test("an index that no check has changes nothing", () => {
    const health = freshHealth([{ rise: 1, fall: 1 }]);
    assert.deepEqual(afterTry(health, 7, true), health);
  });

  test("the reason of a check is that of its last bad try, and gone with a good one", () => {
    const fresh = freshHealth([{ rise: 1, fall: 2 }]);
    assert.equal(fresh[0]?.reason, "not tried yet");
    const well = afterTry(fresh, 0, true);
    assert.equal(well[0]?.reason, undefined);
    const once = afterTry(well, 0, false, "HTTP 503");
    assert.equal(once[0]?.reason, "HTTP 503");
    assert.ok(isHealthy(once));
    const unnamed = afterTry(once, 0, false);
    assert.equal(unnamed[0]?.reason, "failed");
    assert.equal(afterTry(once, 0, true)[0]?.reason, undefined);
  });

  test("I7: a check that was not tried often enough to tell is not known to fail", () => {
    const fresh = freshHealth([{ rise: 2, fall: 2 }]);
    assert.ok(mayBeHealthy(fresh));
    const once = afterTry(fresh, 0, false);
    assert.ok(mayBeHealthy(once));
    assert.ok(!mayBeHealthy(afterTry(once, 0, false)));
    assert.ok(mayBeHealthy(afterTry(once, 0, true)));
  });

  test("before a check is decided a good try begins the count of bad ones anew, and vice versa", () => {
    const told = (tries: string): boolean => {
      let health = freshHealth([{ rise: 9, fall: 2 }]);
      for (const sign of tries) health = afterTry(health, 0, sign === "+");
      return !mayBeHealthy(health);
    };
    assert.ok(!told("-+-+-"));
    assert.ok(told("-+--"));
  });
});

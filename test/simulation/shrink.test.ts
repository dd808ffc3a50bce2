/** What is left of a day that broke is as plain as it can be, and is found soon. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Plan, planOf } from "./plan.ts";
import { shrink } from "./shrink.ts";

/** The first day of so many nodes with a cut of two, as a breaking one would be. */
function dayWithCut(): Plan {
  for (let seed = 1; seed < 1_000; seed += 1) {
    const plan = planOf(seed, { nodes: 5 });
    if (plan.faults.length > 2 && hasCut(plan)) return plan;
  }
  throw new Error("no seed has a cut");
}

const hasCut = ({ faults }: Plan): boolean => faults.some(({ kind }) => kind === "cut");

test("all goes but what it takes to break", () => {
  let tried = 0;
  const least = shrink(dayWithCut(), (plan) => {
    tried += 1;
    return hasCut(plan) && plan.nodes.length >= 3;
  });
  assert.deepEqual(
    least.faults.map(({ kind, at }) => [kind, at % 500]),
    [["cut", 0]],
  );
  assert.deepEqual(
    least.nodes.map(({ driftRate, bootAt }) => [driftRate, bootAt]),
    [
      [1, 0],
      [1, 100],
      [1, 200],
    ],
  );
  assert.deepEqual(least.cloud.operationMs, [300, 300]);
  assert.ok(tried < 100, `${tried} days were tried`);
});

test("a day that breaks as it is stays as it is", () => {
  const day = dayWithCut();
  assert.equal(
    shrink(day, (plan) => plan === day),
    day,
  );
});

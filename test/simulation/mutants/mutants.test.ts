/** The judge is judged: mutants that show themselves soon are hunted here, all are up to date. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { hunt } from "./hunt.ts";
import { mutants } from "./mutants.ts";

const agent = new URL("../../../agent/", import.meta.url);

test("every mutant changes one place of the agent as it is now", () => {
  assert.ok(mutants.length >= 12);
  for (const { name, file, from, to } of mutants) {
    const places = readFileSync(new URL(file, agent), "utf8").split(from).length - 1;
    assert.equal(places, 1, name);
    assert.notEqual(from, to, name);
  }
});

/** Of each checker one or two that are caught soon, by the table in docs/simulation.md. */
const quick = [
  ...["gives-before-taken", "dead-keeps-its-share", "contests-at-once", "pause-unseen"],
  ...["two-requests-at-once", "witness-ignored", "hasty", "sick-takes-over", "not-yet-is-no"],
  ...["restart-is-sick", "tardy", "boots-unproven", "replays-count", "never-forgets"],
];

for (const name of quick)
  test(`${name} is caught`, async () => {
    const mutant = mutants.find((one) => one.name === name);
    assert.ok(mutant);
    const { invariant, runs } = await hunt(mutant, 1, 1_000);
    assert.ok(invariant, `nobody caught it in ${runs} runs`);
  });

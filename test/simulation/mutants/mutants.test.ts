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

/** Of each checker one or two that it catches soon, by the table in docs/simulation.md. */
const quick = {
  "gives-before-taken": "I2",
  "dead-keeps-its-share": "I1",
  "turns-too-long": "I1",
  "contests-at-once": "R5",
  "pause-unseen": "I4",
  "two-requests-at-once": "I6",
  "witness-ignored": "R8",
  hasty: "I3",
  "sick-takes-over": "R12",
  "not-yet-is-no": "I1 amid faults",
  "restart-is-sick": "I7",
  tardy: "I1 prompt",
  "failback-never": "I1 preferred",
  "boots-unproven": "frames",
  "replays-count": "frames",
  "never-forgets": "memory",
};

for (const [name, checker] of Object.entries(quick))
  test(`${name} is caught by ${checker}`, async () => {
    const mutant = mutants.find((one) => one.name === name);
    assert.ok(mutant);
    const { invariant, runs } = await hunt(mutant, 1, 1_000);
    assert.equal(invariant, checker, `in ${runs} runs`);
  });

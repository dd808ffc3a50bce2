/** Who should hold, by the stack file alone; and how soon after a fault somebody else must act. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createExoscale } from "../../../agent/cloud/exoscale.ts";
import { firstTurnMs } from "../../../agent/core/turns.ts";
import { deadlineMs } from "../../../agent/settings.ts";
import {
  attemptMs,
  isHeldBy,
  limitOf,
  settleMs,
  shouldHold,
  turnMs,
} from "../../../lab/ordeal/holders.ts";
import { labOf } from "./plain.ts";

const nodes = ["lb1", "lb2", "lb3"];
const shared = { hold: "shared" };
const equal = { lb1: 0, lb2: 0, lb3: 0 };

test("one holds: who does already, else the best that is well", () => {
  const lab = labOf({ nodes, ranks: { lb1: 2, lb2: 1, lb3: 0 } });
  const should = (up: string[], holders: string[]) => shouldHold(lab, "A", { up, holders });
  assert.deepEqual(should(nodes, []), ["lb3"]);
  assert.deepEqual(should(nodes, ["lb1"]), ["lb1"]);
  assert.deepEqual(should(["lb1", "lb2"], ["lb3"]), ["lb2"]);
  assert.deepEqual(should(nodes, ["lb1", "lb2"]), ["lb2"]);
  assert.deepEqual(should([], ["lb1"]), []);
});

test("shared, all of the best place hold that are well", () => {
  const should = (ranks: Record<string, number>, up: string[], preempt = true) =>
    shouldHold(labOf({ nodes, ranks, election: { ...shared, preempt } }), "A", {
      up,
      holders: ["lb3"],
    });
  assert.deepEqual(should(equal, nodes), nodes);
  assert.deepEqual(should(equal, ["lb1", "lb3"]), ["lb1", "lb3"]);
  assert.deepEqual(should({ lb1: 0, lb2: 0, lb3: 1 }, nodes), ["lb1", "lb2"]);
  assert.deepEqual(should({ lb1: 0, lb2: 0, lb3: 1 }, nodes, false), ["lb3"]);
  assert.deepEqual(should({ lb1: 0, lb2: 0, lb3: 1 }, ["lb3"]), ["lb3"]);
});

test("held is by all of these and nobody else", () => {
  assert.ok(isHeldBy(["lb1", "lb2"], ["lb2", "lb1"]));
  assert.ok(!isHeldBy(["lb1", "lb2"], ["lb2"]));
  assert.ok(!isHeldBy(["lb1"], ["lb1", "lb2"]));
  assert.ok(!isHeldBy([], []));
});

test("the limit is the dead interval, and a turn more where the others have to wait for theirs", () => {
  const limit = (victim: string, holders: string[]) => {
    const up = nodes.filter((node) => node !== victim);
    return limitOf(labOf({ nodes, ranks: equal, election: shared }), victim, { up, holders });
  };
  const turn = turnMs(30);
  assert.equal(limit("lb1", ["lb1"]), 30);
  assert.equal(limit("lb2", ["lb1", "lb2"]), 30);
  assert.equal(limit("lb1", ["lb1", "lb2"]), 30 + turn);
  assert.equal(limit("lb1", ["lb1", "lb3"]), 30 + 2 * turn);
  assert.equal(limit("lb3", ["lb1", "lb3"]), 30);
});

test("a turn is as long as the agent's own", () => {
  const api = {
    endpoint: "http://127.0.0.1:1/v2",
    key: "",
    secret: "",
    nowMs: () => 0,
    wallMs: () => 0,
  };
  const agent = createExoscale(api);
  assert.deepEqual([attemptMs, settleMs], [deadlineMs, agent.settleMs]);
  assert.equal(turnMs(3000), firstTurnMs({ deadlineMs, settleMs: agent.settleMs }, 3000));
});

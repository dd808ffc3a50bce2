/** When a planned move is over, and how long a cloud that fails is asked again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { OperateFailure } from "../../operate/failure.ts";
import { isMoved } from "../../operate/move.ts";
import { until } from "../../operate/wait.ts";
import { stackOf } from "./scene.ts";

const { election: alone } = stackOf("nodes: 2");
const { election: shared } = stackOf("nodes: 3\nelection: { hold: shared }");

test("one alone holds at the end of a move, and it is not who left", () => {
  const handover = (...holders: string[]) => isMoved(alone, "lb1", { what: "handover", holders });
  assert.deepEqual(
    [handover(), handover("lb1"), handover("lb1", "lb2"), handover("lb2")],
    [false, false, false, true],
  );
  const off = (...holders: string[]) => isMoved(alone, "lb1", { what: "maintenance off", holders });
  assert.deepEqual([off("lb2"), off("lb1", "lb2"), off("lb1")], [false, false, true]);
});

test("where all that are best hold, the others go on holding", () => {
  const on = { what: "maintenance on", holders: ["lb2", "lb3"] } as const;
  assert.ok(isMoved(shared, "lb1", on));
  const off = { what: "maintenance off", holders: ["lb1", "lb2", "lb3"] } as const;
  assert.ok(isMoved(shared, "lb1", off));
});

test("a question that fails is asked again, and its failure is told when time is over", async () => {
  const failure = new OperateFailure("GET: 503", "wait");
  let asked = 0;
  const ask = (): string => {
    asked += 1;
    if (asked < 3) throw failure;
    return "lb2";
  };
  assert.equal(await until(ask, 10_000, 1), "lb2");
  await assert.rejects(
    until(() => Promise.reject(failure), 5, 1),
    (error) => error === failure,
  );
  const broken = new TypeError("no failure of the world");
  await assert.rejects(
    until(() => Promise.reject(broken), 10_000, 1),
    (error) => error === broken,
  );
});

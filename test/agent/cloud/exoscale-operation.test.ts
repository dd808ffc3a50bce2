/** Requests that arrive late, operations that fail, reads that lag. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Reason } from "../../../lab/model/exoscale/fault.ts";
import { ids } from "../../lab/world.ts";
import {
  after,
  before,
  key,
  observe,
  pause,
  secret,
  startDouble,
  toLb2,
  until,
  warmed,
} from "./double.ts";

describe("operations", { concurrency: 8 }, () => {
  test("a request that arrives after its fence is dead, and the outcome names that moment", async (t) => {
    const double = await warmed(await startDouble(t));
    double.fault({ kind: "late", ms: 400 }, { calls: ["attach-instance-to-elastic-ip"] });
    const claimed = await double.cloud.claim(toLb2(200));
    assert.ok(claimed.kind === "timeout-unknown");
    const aheadMs = claimed.fencedMs - performance.now();
    assert.ok(aheadMs > 2900 && aheadMs <= 5100, String(aheadMs));
    // The server's clock goes to the fence at once, so that the test need not wait for it.
    double.input({ kind: "settings", settings: { skewMs: aheadMs + 1000 } });
    await pause(400);
    assert.deepEqual(double.holders(ids.address), before);
    assert.equal(double.events.filter(({ kind }) => kind === "began").length, 0);
  });

  test("a request that arrives late and within its fence is carried out", async (t) => {
    const double = await warmed(await startDouble(t));
    double.fault({ kind: "late", ms: 1500 }, { calls: ["attach-instance-to-elastic-ip"] });
    const claimed = await double.cloud.claim(toLb2(200));
    assert.equal(claimed.kind, "timeout-unknown");
    assert.deepEqual(double.holders(ids.address), before);
    await until(() => double.holders(ids.address).includes(ids.lb2));
  });

  for (const [reason, why] of [
    ["conflict", "conflict"],
    ["busy", "conflict"],
    ["forbidden", "forbidden"],
    ["not-found", "not-found"],
    ["unavailable", "failed"],
    ["unknown", "failed"],
  ] satisfies [Reason, string][])
    test(`an operation that fails as ${reason} is refused as ${why}`, async (t) => {
      const double = await startDouble(t);
      double.fault({ kind: "operation", state: "failure", reason });
      const claimed = await double.cloud.claim(toLb2(4000));
      assert.ok(claimed.kind === "refused");
      assert.equal(claimed.why, why);
      assert.deepEqual(double.holders(ids.address), before);
    });

  test("an operation that ends in timeout may have been carried out", async (t) => {
    const double = await startDouble(t);
    double.fault({ kind: "operation", state: "timeout", reason: "interrupted", applies: true });
    assert.equal((await double.cloud.claim(toLb2(4000))).kind, "timeout-unknown");
    assert.deepEqual(double.holders(ids.address), after);
  });

  test("polls that fail are repeated until the deadline", async (t) => {
    const double = await startDouble(t);
    double.fault({ kind: "error", status: 500 }, { calls: ["get-operation"], times: 3 });
    assert.equal((await double.cloud.claim(toLb2(6000))).kind, "done");
    assert.equal(double.sent("get-operation").length, 4);
  });

  test("a poll that hangs does not take the time of the others", async (t) => {
    const double = await startDouble(t);
    double.fault({ kind: "hang" }, { calls: ["get-operation"], times: 1 });
    assert.equal((await double.cloud.claim(toLb2(6000))).kind, "done");
  });

  test("a drop while an operation runs ends the polling, and not the operation", async (t) => {
    const double = await startDouble(t, { operationMs: [2000, 2000] });
    const claimed = double.cloud.claim(toLb2(10_000));
    await until(() => double.sent("get-operation").length > 0);
    double.cloud.drop();
    assert.equal((await claimed).kind, "pending");
    const polls = double.sent("get-operation").length;
    await until(() => double.holders(ids.address).includes(ids.lb2));
    assert.equal(double.sent("get-operation").length, polls);
  });

  test("a policy that forbids polling leaves the move pending, at once", async (t) => {
    const allows = ["list-zones", "attach-instance-to-elastic-ip"] as const;
    const keys = { [key]: { secret, node: "lb1", allows } };
    const double = await startDouble(t, {}, { keys });
    const claimed = await double.cloud.claim(toLb2(6000));
    assert.equal(claimed.kind, "pending");
    assert.equal(double.sent("get-operation").length, 1);
  });

  test("reads that lag contradict a success until they catch up", async (t) => {
    const double = await warmed(await startDouble(t));
    double.fault({ kind: "lag", ms: 2500 }, { calls: ["get-instance"] });
    assert.equal((await double.cloud.claim(toLb2(4000))).kind, "done");
    const shown = async (): Promise<readonly string[] | undefined> => {
      const seen = await observe(double);
      assert.ok(seen.kind === "done");
      return seen.value.instances[ids.lb2]?.holds;
    };
    assert.deepEqual(await shown(), []);
    await pause(2500);
    assert.deepEqual(await shown(), [ids.address]);
  });
});

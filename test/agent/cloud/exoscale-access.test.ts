/** Clocks, keys, policies, and an API out of reach. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ids } from "../../lab/world.ts";
import {
  before,
  key,
  observe,
  secret,
  startDouble,
  toLb2,
  until,
  warmed,
  within,
} from "./double.ts";

describe("access", { concurrency: 8 }, () => {
  for (const skewMs of [-3_600_000, 3_600_000, -7000])
    test(`a server's clock ${skewMs} ms from ours is found out by the first call`, async (t) => {
      const double = await startDouble(t, { skewMs });
      assert.equal((await observe(double)).kind, "done");
      assert.equal((await double.cloud.claim(toLb2(4000))).kind, "done");
      const aheadMs = double.cloud.clockAheadMs() ?? 0;
      assert.ok(Math.abs(aheadMs + skewMs) < 4000, String(aheadMs));
    });

  test("a wall clock that jumps changes no signature", async (t) => {
    let jumpMs = 0;
    const double = await startDouble(t);
    const cloud = double.client({ wallMs: () => Date.now() + jumpMs });
    const look = { candidates: [ids.lb1], deadlineMs: within(5000) };
    assert.equal((await cloud.observe(look)).kind, "done");
    jumpMs = -86_400_000;
    assert.equal((await cloud.claim(toLb2(4000))).kind, "done");
    const aheadMs = cloud.clockAheadMs() ?? 0;
    assert.ok(Math.abs(aheadMs - jumpMs) < 4000, "and is told");
  });

  test("a key that has been taken away is trouble with the key, not with the address", async (t) => {
    for (const authStatus of [401, 403] as const) {
      const double = await warmed(await startDouble(t, { authStatus }));
      double.input({ kind: "key", name: key, key: undefined });
      for (const outcome of [await observe(double), await double.cloud.claim(toLb2(3000))]) {
        assert.ok(outcome.kind === "refused");
        assert.equal(outcome.why, "auth");
      }
      assert.deepEqual(double.holders(ids.address), before);
    }
  });

  test("a wrong secret is told as such, and is in no message", async (t) => {
    const double = await startDouble(t);
    const wrong = "wrong-secret-that-must-not-be-told";
    double.fault({ kind: "error", status: 400, message: `no ${wrong}, ${key}` }, { times: 1 });
    const cloud = double.client({ secret: wrong });
    for (const why of ["invalid", "auth"]) {
      const outcome = await cloud.addressIds({ deadlineMs: within(3000) });
      assert.ok(outcome.kind === "refused");
      assert.equal(outcome.why, why);
      assert.doesNotMatch(JSON.stringify(outcome), new RegExp(`${wrong}|${key}`));
    }
  });

  test("what the policy does not allow is forbidden", async (t) => {
    const double = await startDouble(t);
    const other = await double.cloud.claim({ ...toLb2(3000), address: ids.second });
    assert.ok(other.kind === "refused");
    assert.equal(other.why, "forbidden");
  });

  test("an address and an instance that do not exist are not found", async (t) => {
    const double = await startDouble(
      t,
      {},
      { keys: { [key]: { secret, node: "lb1", allows: "all" } } },
    );
    for (const wrong of [
      { address: ids.lb1, instance: ids.lb2 },
      { address: ids.address, instance: ids.second },
    ]) {
      const moved = await double.cloud.claim({ ...wrong, deadlineMs: within(3000) });
      assert.ok(moved.kind === "refused");
      assert.equal(moved.why, "not-found");
    }
  });

  test("an API that one node cannot reach serves the other", async (t) => {
    const other = { key: "EXOlb200000000000000000002", secret: "lb2-secret" };
    const double = await startDouble(
      t,
      {},
      {
        keys: {
          [key]: { secret, node: "lb1", allows: "all" },
          [other.key]: { secret: other.secret, node: "lb2", allows: "all" },
        },
      },
    );
    double.fault({ kind: "unreachable" }, { from: ["lb1"] });
    assert.equal((await observe(double)).kind, "unreachable");
    assert.equal((await double.client(other).claim(toLb2(4000))).kind, "done");
  });

  test("an endpoint where nobody listens is unreachable, for a change too", async (t) => {
    const double = await startDouble(t);
    const cloud = double.client({ endpoint: "http://127.0.0.1:9/v2" });
    assert.equal((await cloud.claim(toLb2(3000))).kind, "unreachable");
  });

  test("drop ends what is under way and leaves the client usable", async (t) => {
    const double = await warmed(await startDouble(t));
    const mend = double.fault({ kind: "hang" });
    const under = [observe(double, 5000), double.cloud.claim(toLb2(5000))] as const;
    await until(() => double.requests.length === 5);
    double.cloud.drop();
    const beganMs = performance.now();
    assert.equal((await under[0]).kind, "unreachable");
    assert.equal((await under[1]).kind, "timeout-unknown");
    assert.ok(performance.now() - beganMs < 2000);
    mend();
    assert.equal((await observe(double)).kind, "done");
  });

  test("a change before any read asks for the clock first, with no signature", async (t) => {
    const double = await startDouble(t, { skewMs: 86_400_000 });
    assert.equal((await double.cloud.claim(toLb2(4000))).kind, "done");
    const [first, second] = double.requests;
    assert.deepEqual([first?.call, first?.from], ["list-zones", "unknown"]);
    assert.equal(second?.call, "attach-instance-to-elastic-ip");
  });

  test("a change whose question for the clock is not answered was not sent", async (t) => {
    const double = await startDouble(t);
    double.fault({ kind: "hang" });
    assert.equal((await double.cloud.claim(toLb2(200))).kind, "unreachable");
    assert.equal(double.sent("attach-instance-to-elastic-ip").length, 0);
  });
});

/** The verbs against the HTTP double when nothing is broken; the double tells what is true. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ids } from "../../lab/world.ts";
import { key, secret, startDouble, toLb2, until, within } from "./double.ts";

const candidates = [ids.lb1, ids.lb2];
const allAllowed = { [key]: { secret, node: "lb1", allows: "all" } } as const;

describe("verbs", { concurrency: 8 }, () => {
  test("observes who holds, in one read for each candidate", async (t) => {
    const double = await startDouble(t);
    const beforeMs = performance.now();
    const seen = await double.cloud.observe({ candidates, deadlineMs: within(3000) });
    assert.ok(seen.kind === "done");
    assert.deepEqual(seen.value.instances, {
      [ids.lb1]: { state: "running", running: true, gone: false, holds: [ids.address] },
      [ids.lb2]: { state: "running", running: true, gone: false, holds: [] },
    });
    assert.ok(beforeMs <= seen.value.beganMs && seen.value.beganMs < seen.value.endedMs);
    assert.equal(double.requests.length, 2);
    const dateMs = seen.value.endedMs + (seen.value.serverAheadMs ?? 0);
    assert.ok(Math.abs(Date.now() - dateMs) < 5_000, "the answers' date is told");
  });

  test("observes an instance that is stopped, and one that is gone", async (t) => {
    const double = await startDouble(t);
    const change = { kind: "state", instance: ids.lb1, state: "stopped" } as const;
    double.input({ kind: "person", change });
    const unknown = ids.lb1.replace(/1$/, "9");
    const seen = await double.cloud.observe({
      candidates: [ids.lb1, unknown],
      deadlineMs: within(3000),
    });
    assert.ok(seen.kind === "done");
    assert.deepEqual(seen.value.instances[ids.lb1], {
      state: "stopped",
      running: false,
      gone: false,
      holds: [ids.address],
    });
    assert.equal(seen.value.instances[unknown]?.gone, true);
  });

  test("looks at the whole zone for a holder outside the group", async (t) => {
    const double = await startDouble(t);
    const change = { kind: "attach", elasticIp: ids.address, instance: ids.app1 } as const;
    double.input({ kind: "person", change });
    const seen = await double.cloud.observe({ candidates: "zone", deadlineMs: within(3000) });
    assert.ok(seen.kind === "done");
    assert.deepEqual(seen.value.instances[ids.app1]?.holds, [ids.address]);
  });

  test("claims while another still holds, then releases that one", async (t) => {
    const double = await startDouble(t);
    const claimed = await double.cloud.claim(toLb2(4000));
    assert.ok(claimed.kind === "done");
    assert.ok(claimed.endedMs - claimed.beganMs < 2500, "not polled every 3 s");
    assert.deepEqual(double.holders(ids.address), [ids.lb1, ids.lb2]);
    const released = await double.cloud.release({ ...toLb2(4000), instance: ids.lb1 });
    assert.equal(released.kind, "done");
    assert.deepEqual(double.holders(ids.address), [ids.lb2]);
    assert.equal(double.sent("attach-instance-to-elastic-ip").length, 1);
    assert.equal(double.sent("detach-instance-from-elastic-ip").length, 1);
  });

  for (const [repeated, kind] of [
    ["success", "done"],
    ["failure", "refused"],
    ["refused", "refused"],
  ] as const)
    test(`claiming what one holds, when that gives ${repeated}, leaves it held`, async (t) => {
      const double = await startDouble(t, { repeated });
      const moved = await double.cloud.claim({ ...toLb2(4000), instance: ids.lb1 });
      assert.equal(moved.kind, kind);
      if (moved.kind === "refused") assert.equal(moved.why, "conflict");
      assert.deepEqual(double.holders(ids.address), [ids.lb1]);
    });

  test("an operation that outlasts the deadline is pending, and ends all the same", async (t) => {
    const double = await startDouble(t, { operationMs: [2500, 2500] });
    const moved = await double.cloud.claim(toLb2(1500));
    assert.ok(moved.kind === "pending", moved.kind);
    await until(() => double.holders(ids.address).includes(ids.lb2));
  });

  test("a change is signed until its deadline and 5 s, by the server's clock", async (t) => {
    const double = await startDouble(t, { skewMs: 3_600_000 });
    assert.equal((await double.cloud.claim(toLb2(4000))).kind, "done");
    const [attach] = double.sent("attach-instance-to-elastic-ip");
    const aheadS = (attach?.expiresS ?? 0) - (Date.now() + 3_600_000) / 1000;
    assert.ok(aheadS > 2 && aheadS <= 9, String(aheadS));
  });

  test("tells the ids of addresses", async (t) => {
    const double = await startDouble(t);
    const listed = await double.cloud.addressIds({ deadlineMs: within(3000) });
    assert.deepEqual(listed, {
      kind: "done",
      value: { "203.0.113.7": ids.address, "203.0.113.8": ids.second },
    });
  });

  test("lists peers by security group, by label, and in the zone", async (t) => {
    const double = await startDouble(t, {}, { keys: allAllowed });
    const names = async (of: Parameters<typeof double.cloud.instances>[0]["of"]) => {
      const listed = await double.cloud.instances({ of, deadlineMs: within(3000) });
      assert.ok(listed.kind === "done", JSON.stringify(listed));
      return listed.value.map(({ name }) => name);
    };
    const balancers = ["lb1", "lb2"];
    assert.deepEqual(await names({ from: "security-group", group: "load-balancer" }), balancers);
    assert.deepEqual(await names({ from: "security-group", group: ids.loadBalancers }), balancers);
    assert.deepEqual(await names({ from: "label", label: "role=lb" }), balancers);
    assert.deepEqual(await names({ from: "label", label: "role" }), ["lb1", "lb2", "app1"]);
    assert.deepEqual(await names({ from: "zone" }), ["lb1", "lb2", "app1"]);
  });

  test("a listed instance tells its own addresses and whether it runs", async (t) => {
    const double = await startDouble(t);
    const of = { from: "zone" } as const;
    const listed = await double.cloud.instances({ of, deadlineMs: within(3000) });
    assert.ok(listed.kind === "done");
    const [lb1] = listed.value;
    assert.deepEqual(lb1?.ips, ["198.51.100.1", "2001:db8::1"]);
    assert.equal(lb1?.running, true);
  });

  test("calls one after the other share one connection", async (t) => {
    const double = await startDouble(t);
    for (let round = 0; round < 5; round += 1)
      await double.cloud.observe({ candidates: [ids.lb1], deadlineMs: within(3000) });
    await double.cloud.claim(toLb2(4000));
    assert.deepEqual(new Set(double.requests.map(({ connection }) => connection)), new Set([1]));
  });
});

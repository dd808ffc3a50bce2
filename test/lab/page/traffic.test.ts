/** What the page is told of requests: where they went is asked after they ended. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../../lab/page/message.ts";
import { emptyModel } from "../../../lab/page/model.ts";
import { tellerOf } from "../../../lab/page/teller.ts";
import { address, facts, samples, second, view } from "./script.ts";

function around() {
  const model = emptyModel(facts(), 0);
  const told: Message[] = [];
  const teller = tellerOf({ model, tell: (one, at = 0) => void told.push({ ...one, at }) });
  return { model, told, teller };
}

test("requests are counted once, by second, backend and load balancer", async () => {
  const { told, teller } = around();
  const sent = samples(10_000, 11_100).map((one, n) => ({ ...one, port: 40_000 + n }));
  const [late, ...rest] = sent;
  for (const one of rest) teller.sample(one, address);
  await teller.traffic(async () => {
    // Its way is not known to this answer of the router.
    if (late !== undefined) teller.sample(late, address);
    return (port) => (port > 40_010 ? "lb1" : "lb2");
  });
  await teller.traffic(() => () => "lb1");
  assert.deepEqual(
    told.flatMap((one) => (one.kind === "traffic" ? [[one.second, one.counts.routed]] : [])),
    [
      [10, { lb2: 10, lb1: 39 }],
      [11, { lb1: 5 }],
      [10, { lb1: 1 }],
    ],
  );
});

test("each end is counted at the address that was asked", async () => {
  const { told, teller } = around();
  const [good] = samples(10_000, 10_020);
  const [bad] = samples(10_000, 10_020, true);
  if (good === undefined || bad === undefined) throw new Error("there are no samples");
  teller.sample(good, address);
  teller.sample(good, second);
  teller.sample(bad, second);
  await teller.traffic(() => () => "lb1");
  assert.deepEqual(
    told.flatMap((one) => (one.kind === "traffic" ? [one.counts] : [])),
    [
      {
        answered: { app1: 2 },
        routed: { lb1: 3 },
        good: { [address]: 1, [second]: 1 },
        failed: { [second]: 1 },
      },
    ],
  );
});

test("calls are those since the last look, also after the agent has begun anew", () => {
  const { told, teller } = around();
  for (const calls of [100, 103, 103, 2])
    teller.agent("lb1", { view: view("lb1", true), calls, moves: [] });
  assert.deepEqual(
    told.flatMap((one) => (one.kind === "calls" ? [one.count] : [])),
    [3, 2],
  );
});

test("a heartbeat to a host without power is lost", () => {
  const { model, told, teller } = around();
  model.off = ["lb2"];
  teller.beat("lb1", "lb2", true);
  teller.beat("lb2", "lb1", true);
  assert.deepEqual(
    told.map((one) => one.kind === "beat" && one.arrived),
    [false, true],
  );
});

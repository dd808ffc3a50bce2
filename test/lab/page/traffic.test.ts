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

/** Both addresses are held from now on; a second that is yet to begin. */
function held({ teller }: ReturnType<typeof around>): number {
  teller.scene({ [address]: ["lb1"], [second]: ["lb2"] }, []);
  return Math.ceil(Date.now() / 1000) + 1;
}

test("what was asked before anybody ever held is not counted", async () => {
  const world = around();
  const { told, teller } = world;
  const [early] = samples(Date.now() - 1000, Date.now());
  const [late] = samples(held(world) * 1000, held(world) * 1000 + 20);
  if (early === undefined || late === undefined) throw new Error("there are no samples");
  for (const one of [early, late]) teller.sample(one, address);
  await teller.traffic(() => () => "lb1");
  const routed = told.flatMap((one) => (one.kind === "traffic" ? [one.counts.routed] : []));
  assert.deepEqual(routed, [{ lb1: 1 }]);
});

test("requests are counted once, by second, backend and load balancer", async () => {
  const world = around();
  const { told, teller } = world;
  const begun = held(world);
  const sent = samples(begun * 1000, begun * 1000 + 1100).map((one, n) => ({
    ...one,
    port: 40_000 + n,
  }));
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
      [begun, { lb2: 10, lb1: 39 }],
      [begun + 1, { lb1: 5 }],
      [begun, { lb1: 1 }],
    ],
  );
});

test("each end is counted at the address that was asked", async () => {
  const world = around();
  const { told, teller } = world;
  const begunMs = held(world) * 1000;
  const [good] = samples(begunMs, begunMs + 20);
  const [bad] = samples(begunMs, begunMs + 20, true);
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

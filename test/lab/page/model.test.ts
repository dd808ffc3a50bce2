/** The page's memory: bounded, and the same for all who apply the same messages. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message, Untimed } from "../../../lab/page/message.ts";
import { apply, emptyModel, historyS } from "../../../lab/page/model.ts";
import { layoutFor } from "../../../lab/page/web/layout.ts";
import { chosen, headline, sightOf } from "../../../lab/page/web/sight.ts";
import * as script from "./script.ts";

const begun = 1_700_000_000_000;

function around() {
  const model = emptyModel(script.facts(), begun);
  const tell = (untimed: Untimed, at = begun): void => apply(model, { ...untimed, at });
  const order = (...words: readonly string[]): void => tell({ kind: "order", words });
  return { model, tell, order };
}

test("three hours leave half an hour, in bounded memory", () => {
  const { model, tell } = around();
  const counts = { answered: { app1: 17, app2: 17, app3: 16 }, routed: { lb1: 50 }, failed: 0 };
  let half = 0;
  for (let second = 0; second < 3 * 3600; second += 1) {
    const at = begun + second * 1000;
    tell({ kind: "traffic", second: at / 1000, counts }, at);
    tell({ kind: "said", who: "lb1", tone: "agent", text: "backup: stands by" }, at);
    tell({ kind: "calls", node: "lb1", count: 1 }, at);
    tell({ kind: "beat", from: "lb1", to: "lb2", arrived: true }, at);
    tell({ kind: "order", words: ["kill", "lb1"] }, at);
    tell({ kind: "step", title: "pulumi up", state: "begun" }, at);
    if (second === 5400) half = JSON.stringify(model).length;
  }
  assert.equal(model.seconds.length, historyS);
  assert.equal(model.seconds.at(-1)?.second, begun / 1000 + 3 * 3600 - 1);
  assert.ok(Math.abs(JSON.stringify(model).length - half) < half / 10);
  assert.ok(half < 500_000, `${half} bytes`);
  assert.deepEqual(model.inForce, ["kill lb1"]);
});

test("a second's requests add up, however late they are known", () => {
  const { model, tell } = around();
  const second = begun / 1000;
  const one = { answered: { app1: 2 }, routed: { lb1: 3 }, failed: 1 };
  tell({ kind: "traffic", second, counts: one });
  tell({ kind: "traffic", second: second + 1, counts: one });
  tell({ kind: "traffic", second, counts: { ...one, answered: { app2: 5 } } });
  assert.deepEqual(model.seconds[0], {
    second,
    answered: { app1: 2, app2: 5 },
    routed: { lb1: 6 },
    failed: 2,
  });
  // What is older than all that is kept comes too late.
  tell({ kind: "traffic", second: second - historyS - 1, counts: one });
  assert.equal(model.seconds.length, 2);
});

test("the model of whoever comes later goes on as the others'", () => {
  const { model, tell } = around();
  const heard: Message[] = [];
  const told = { tell: (untimed: Untimed, at = begun) => void heard.push({ ...untimed, at }) };
  script.healthy({ tell }, begun);
  const late = JSON.parse(JSON.stringify(model));
  script.failover(told, begun);
  for (const message of heard) {
    apply(model, message);
    apply(late, message);
  }
  assert.deepEqual(late, model);
});

test("a fault is in force until it is undone, by whatever words", () => {
  const { model, tell, order } = around();
  const inForce = (): readonly string[] => model.inForce;
  order("freeze", "lb1");
  order("impair", "lb1", "35");
  order("cut", "lb1", "lb2", "one-way");
  order("api-error", "500", "get-instance");
  order("api-hang");
  order("reboot", "lb2");
  assert.deepEqual(inForce(), [
    "freeze lb1",
    "impair lb1 20",
    "cut lb1 lb2 one-way",
    "api-error 503",
    "api-hang",
  ]);
  order("thaw", "lb1");
  order("impair", "lb1", "0");
  order("mend", "lb1", "lb2");
  order("api-heal");
  assert.deepEqual(inForce(), []);
  order("kill", "lb1");
  tell({ kind: "scene", holders: {}, off: ["lb1"] });
  assert.deepEqual(inForce(), ["kill lb1"]);
  tell({ kind: "scene", holders: {}, off: [] });
  order("maintenance", "lb2", "on");
  order("drop-heartbeats");
  order("heal");
  assert.deepEqual(inForce(), []);
});

test("a step that is over has its time", () => {
  const { model, tell } = around();
  tell({ kind: "step", title: "pulumi up", state: "begun" }, begun);
  tell({ kind: "step", title: "pulumi up", state: "done" }, begun + 7500);
  assert.deepEqual(model.steps, [{ title: "pulumi up", state: "done", at: begun, tookMs: 7500 }]);
});

test("each address keeps its own last failover; the page shows the latest, or the one picked", () => {
  const { model, tell } = around();
  const cells = { begin: begun, stepMs: 50, row: [] };
  const failover = (id: number, ip: string) =>
    ({ id, ip, from: "lb1", to: "lb2", claimSent: begun + id, failed: 0, cells }) as const;
  for (const one of [
    failover(1, "198.51.100.50"),
    failover(2, "198.51.100.51"),
    failover(3, "198.51.100.50"),
  ])
    tell({ kind: "failover", failover: one });
  assert.deepEqual(
    Object.values(model.failovers).map(({ ip, id }) => [ip, id]),
    [
      ["198.51.100.50", 3],
      ["198.51.100.51", 2],
    ],
  );
  assert.equal(chosen(model, undefined)?.id, 3);
  assert.equal(chosen(model, "198.51.100.51")?.id, 2);
});

test("at a glance every address counts", () => {
  const { model, tell } = around();
  const now = begun + 10_000;
  script.healthy({ tell: (message, at = begun) => tell(message, at) }, now);
  const held = (second: readonly string[]): ReturnType<typeof headline> => {
    const holders = { [script.address]: ["lb1"], "198.51.100.51": second };
    tell({ kind: "scene", holders, off: [] }, now);
    return headline(model, now);
  };
  const { tone, title } = held(["lb2"]);
  assert.deepEqual(
    [tone, title],
    ["good", `${script.address} is held by lb1; 198.51.100.51 is held by lb2`],
  );
  assert.deepEqual(sightOf(model, "lb2").holds, ["198.51.100.51"]);
  assert.equal(held([]).tone, "bad");
  assert.equal(held(["lb1", "lb2"]).tone, "warn");
});

test("several addresses stand apart in the picture, on a wide page and on a narrow one", () => {
  const ips = ["198.51.100.50", "198.51.100.51", "198.51.100.52", "198.51.100.53"];
  for (const width of [360, 1000]) {
    const { addresses, api, balancers, height } = layoutFor(script.facts(), ips, width);
    const all = [...Object.values(addresses), api, ...Object.values(balancers)];
    assert.equal(Object.keys(addresses).length, 4);
    for (const [n, one] of all.entries()) {
      assert.ok(one.y >= 0 && one.y + one.height <= height, `${width}: ${JSON.stringify(one)}`);
      for (const other of all.slice(n + 1)) {
        const apart =
          one.x + one.width <= other.x ||
          other.x + other.width <= one.x ||
          one.y + one.height <= other.y ||
          other.y + other.height <= one.y;
        assert.ok(apart, `${width}: ${JSON.stringify([one, other])}`);
      }
    }
  }
});

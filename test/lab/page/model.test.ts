/** The page's memory: bounded, and the same for all who apply the same messages. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message, Untimed } from "../../../lab/page/message.ts";
import { apply, emptyModel, historyS } from "../../../lab/page/model.ts";
import { layoutFor } from "../../../lab/page/web/layout.ts";
import {
  addressesOf,
  chosen,
  headline,
  hearing,
  limitOf,
  sightOf,
  summaryOf,
  titleOf,
} from "../../../lab/page/web/sight.ts";
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
  const good = { good: { [script.address]: 50 }, failed: {} };
  const counts = { answered: { app1: 17, app2: 17, app3: 16 }, routed: { lb1: 50 }, ...good };
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
  const ends = { good: { [script.address]: 2 }, failed: { [script.second]: 1 } };
  const one = { answered: { app1: 2 }, routed: { lb1: 3 }, ...ends };
  tell({ kind: "traffic", second, counts: one });
  tell({ kind: "traffic", second: second + 1, counts: one });
  tell({ kind: "traffic", second, counts: { ...one, answered: { app2: 5 } } });
  assert.deepEqual(model.seconds[0], {
    second,
    answered: { app1: 2, app2: 5 },
    routed: { lb1: 6 },
    good: { [script.address]: 4 },
    failed: { [script.second]: 2 },
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
    ({
      id,
      cause: "silent",
      ip,
      from: "lb1",
      to: "lb2",
      claimSent: begun + id,
      failed: 0,
      cells,
    }) as const;
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

test("a claim that the cloud took late is not told to be as early as it was decided", () => {
  const at = (ms: number): number => begun + ms;
  const failover = {
    ...{ id: 1, cause: "silent" as const, ip: "198.51.100.50", from: "lb1", to: "lb2", failed: 0 },
    ...{ lastHeartbeat: at(0), detected: at(2400), claimSent: at(62_000) },
    cells: { begin: begun, stepMs: 50, row: [] },
  };
  assert.match(
    summaryOf(failover, 3000),
    /Claimed 62\.0 s after the last heartbeat, later than the limit of 3\.15 s \(3 s \+ 5 %\)\. No/,
  );
});

test("what is within the limit and 5 % is told as that; a planned move is held against none", () => {
  const failover = {
    ...{ id: 1, cause: "silent" as const, ip: script.address, from: "lb1", to: "lb2", failed: 0 },
    ...{ lastHeartbeat: begun, claimSent: begun + 3010 },
    cells: { begin: begun, stepMs: 50, row: [] },
  };
  assert.match(
    summaryOf(failover, 3000),
    /Claimed 3\.01 s after the last heartbeat, within the limit of 3\.15 s \(3 s \+ 5 %\)\. /,
  );
  assert.equal(titleOf(failover), "Last failover");
  const planned = { ...failover, cause: "planned" as const };
  assert.equal(titleOf(planned), "Last move: handover, planned");
  assert.match(summaryOf(planned, 3000), /^lb1 → lb2 at \S+\. No request failed\.$/);
  assert.equal(limitOf(planned, 3000), undefined);
});

test("before the first request that counts nothing is red, and nothing is said to fail", () => {
  const { model, tell, order } = around();
  tell({ kind: "scene", holders: { [script.address]: [] }, off: [] });
  const { tone, title, detail } = headline(model, begun);
  assert.deepEqual(
    [tone, title, detail],
    ["idle", "shop is coming up", "Nobody holds the address yet."],
  );
  assert.ok(hearing(model, begun).every(({ isKnown }) => !isKnown));
  const peers = [{ name: "lb2", heard: false, bothWays: false }];
  tell({ kind: "agent", node: "lb1", view: script.view("lb1", false, { healthy: false, peers }) });
  const { tone: look, health } = sightOf(model, "lb1");
  assert.deepEqual([look, health], ["idle", "not checked yet"]);
  order("cut", "lb1", "lb2");
  assert.ok(hearing(model, begun).every(({ isKnown, isHeard }) => isKnown && !isHeard));
  order("mend", "lb1", "lb2");
  const problems = [{ text: "never heard: lb1. Heartbeat blocked?", fix: "the rule" }];
  tell({ kind: "agent", node: "lb2", view: script.view("lb2", false, { peers: [], problems }) });
  const known = hearing(model, begun).filter(({ isKnown }) => isKnown);
  assert.deepEqual(
    known.map(({ from, to, isHeard }) => [from, to, isHeard]),
    [["lb1", "lb2", false]],
  );
});

test("a fault of the API is told in the headline", () => {
  const { model, tell, order } = around();
  script.healthy({ tell: (message, at = begun) => tell(message, at) }, begun);
  order("api-error", "503");
  const { tone, detail } = headline(model, begun);
  assert.equal(tone, "warn");
  assert.match(detail, /^The cloud's API answers 503: no address can move now\. Every request/);
});

test("what is told late stands where it happened", () => {
  const { model, tell } = around();
  for (const [text, ms] of [
    ["first", 0],
    ["third", 2000],
    ["second", 1000],
  ] as const)
    tell({ kind: "said", who: "lb1", tone: "agent", text }, begun + ms);
  assert.deepEqual(
    model.said.map(({ text }) => text),
    ["first", "second", "third"],
  );
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
  assert.deepEqual(held([]), {
    tone: "bad",
    title: "198.51.100.51 is held by nobody",
    detail: `${script.address} is held by lb1. Every request of the last minute was answered.`,
  });
  const { tone: split, detail } = held(["lb1", "lb2"]);
  assert.equal(split, "warn");
  assert.match(detail, /^The agents settle who keeps 198\.51\.100\.51\. Every request/);
});

/** One of two addresses is answered all the time; requests to the other fail for two seconds. */
function halfDead() {
  const { model, tell } = around();
  const page = { tell };
  const fault = begun + 20_000;
  const holders = { [script.address]: ["lb1"], [script.second]: ["lb2"] };
  script.healthy(page, begun);
  tell({ kind: "scene", holders, off: [] }, begun);
  const pass = (from: number, to: number, failing: boolean): void => {
    script.traffic(page, script.samples(from, to), "lb1");
    script.traffic(page, script.samples(from, to, failing), "lb2", script.second);
    script.beats(page, to);
  };
  pass(begun, fault, false);
  pass(fault, fault + 2000, true);
  return { model, tell, pass, fault };
}

test("of two addresses the one that nobody answers at is named, though the other is answered", () => {
  const { model, fault } = halfDead();
  assert.deepEqual(headline(model, fault + 2000), {
    tone: "bad",
    title: `Nobody answers at ${script.second}`,
    detail: [
      `No answer at ${script.second} for 2 s.`,
      `${script.second} is held by lb2.`,
      `${script.address} is held by lb1.`,
      `Requests of the last minute that failed: none to ${script.address},`,
      `50 of 1,050 to ${script.second}.`,
    ].join(" "),
  });
  assert.deepEqual(
    addressesOf(model, fault + 2000).map(({ ip, isFailing }) => [ip, isFailing]),
    [
      [script.address, false],
      [script.second, true],
    ],
  );
});

test("what is late to be known of one address is not hidden by what is known of the other", () => {
  const { model, tell, fault } = halfDead();
  // A request that fails is known when it is given up; one that is answered, at once.
  script.traffic({ tell }, script.samples(fault + 2000, fault + 2700), "lb1");
  assert.equal(headline(model, fault + 2700).title, `Nobody answers at ${script.second}`);
});

test("some requests to one of two addresses fail, and afterwards its gap is told", () => {
  const { model, tell, pass, fault } = halfDead();
  const some = script.samples(fault + 2000, fault + 3000).slice(0, 10);
  script.traffic({ tell }, some, "lb2", script.second);
  script.traffic({ tell }, script.samples(fault + 2000, fault + 3000, true), "lb2", script.second);
  const failing = headline(model, fault + 3000);
  assert.equal(failing.title, `${script.second} is held by lb2`);
  assert.match(
    failing.detail,
    /^Some requests to 198\.51\.100\.51 fail\. 198\.51\.100\.50 is held by lb1\. /,
  );
  pass(fault + 3000, fault + 9000, false);
  const cells = { begin: fault, stepMs: 50, row: [] };
  const moments = { claimSent: fault + 1500, firstFailed: fault, firstGood: fault + 2040 };
  const way = {
    id: 1,
    cause: "silent" as const,
    ip: script.second,
    from: "lb1",
    to: "lb2",
    failed: 100,
  };
  tell({ kind: "failover", failover: { ...way, ...moments, cells } });
  const after = headline(model, fault + 9000);
  assert.equal(after.tone, "warn");
  assert.match(after.title, /^198\.51\.100\.50 is held by lb1; 198\.51\.100\.51 is held by lb2$/);
  assert.match(
    after.detail,
    /: none to \S+\.50, 150 of 1,\d+ to \S+\.51 \(no answer for 2\.04 s\)\.$/,
  );
});

test("several addresses stand apart in the picture, on a wide page and on a narrow one", () => {
  const ips = ["198.51.100.50", "198.51.100.51", "198.51.100.52", "198.51.100.53"];
  for (const width of [332, 362, 1000]) {
    const { client, addresses, api, balancers, height } = layoutFor(script.facts(), ips, width);
    const all = [client, ...Object.values(addresses), api, ...Object.values(balancers)];
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

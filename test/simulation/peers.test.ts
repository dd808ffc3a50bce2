/** What users of other programs met: ours fares well, and the models do as was measured. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { cases, faultAt } from "./peers/cases.ts";
import { heldAt, holdings, shareLostToLastMs } from "./peers/held.ts";
import { caseOf, measurements, modelled } from "./peers/measured.ts";
import { perform, tenMoments } from "./peers/perform.ts";
import { page, withTables } from "./peers/table.ts";

/** Seconds that ours may be without service where the limit of 3.2 s is not the fault's matter. */
const allowed: Readonly<Record<string, number>> = {
  "host death, API 500 for 5 s from the first claim on": 9,
  "host death, API 500 for 5 s, traffic goes to who was attached last": 9,
  // A claim without an answer may land until its fence has passed.
  "host death, API hangs for 8 s": 14,
  "host death, the claim is on its way for 11 s": 14,
  "host death while the API limits the rate for 10 s": 14,
  "host death, operations of 1 s": 4.2,
  "host death, operations of 3 s": 6.5,
  // For 1.5 s one is dead and the other paused.
  "the backup takes over and is paused, its detach is on its way for 11 s": 4,
  "host death while the API is down for 60 s": 65,
  "both hosts reboot": 8.1,
  // Nobody tells an agent: of two nodes the holder looks every 18 s.
  "a person detaches the address": 20,
  "both proxies are sick for 15 s": 15.1,
};

describe("baton", () => {
  for (const one of cases)
    test(one.name, () => {
      const { violation, measured, holders } = perform(one, "baton");
      assert.equal(violation, undefined);
      assert.equal(holders.join(), one.right ?? "lb1");
      const limitMs = 1000 * (allowed[one.name] ?? 3.2);
      assert.ok(measured.outageMs <= limitMs, `${measured.outageMs} ms without service`);
      assert.ok(measured.shareLostMs <= 9_000, `a share lost for ${measured.shareLostMs} ms`);
    });
});

/**
 * What the models leave out, as the difference that was found: how long processes take to start,
 * and the 20 ms between two requests of the client.
 */
const leftOutS = 0.12;

describe("the models do as the programs were measured to do", () => {
  for (const one of measurements) {
    const { peer, name, gapS, lastFailedS, n, held, operationMs } = one;
    const operations = operationMs === undefined ? "" : `, operations of ${operationMs} ms`;
    const interval = one.intervalMs === undefined ? "" : `, interval of ${one.intervalMs} ms`;
    test(`${peer}: ${name}${operations}${interval}`, () => {
      const model = modelled(one);
      const intervalMs = one.intervalMs ?? caseOf(name).intervalMs ?? 1_000;
      // One of ten moments may be one that was not met in so few runs.
      assert.ok((model.held.get(held) ?? 0) >= 0.9 * model.runs, [...model.held].join("; "));
      if (gapS) isWithin(gapS, model.gapS, n, intervalMs);
      if (lastFailedS) isWithin(lastFailedS, model.lastFailedS, n, intervalMs);
    });
  }
});

type Range = readonly [number, number];

/**
 * All that was measured can come about in the model, between two of whose moments lies a tenth of
 * an interval; and what the model gives beyond is no more than an interval, which so few runs at
 * moments of chance may not have met, and two intervals where they were one or two.
 */
function isWithin(seen: Range, model: Range, n: number, intervalMs: number): void {
  if (seen[1] === 0) {
    assert.deepEqual(model, seen);
    return;
  }
  const stepS = intervalMs / 10_000;
  const unseenS = ((n > 2 ? 1 : 2) * intervalMs) / 1000;
  const text = `${model.join(" to ")} s, measured ${seen.join(" to ")} s`;
  assert.ok(model[0] - stepS <= seen[0] && seen[1] <= model[1] + stepS + leftOutS, text);
  assert.ok(model[0] >= seen[0] - unseenS && model[1] <= seen[1] + unseenS, text);
}

describe("what else was measured of exoip", () => {
  const healedMs: Readonly<Record<string, number>> = {
    "partition of 10 s": 10_000,
    "partition of 4.2 s": 4_200,
    "one-way cut of 4.2 s, the backup hears nothing": 4_200,
    "one-way cut of 10 s, the backup hears nothing": 10_000,
    "holder stopped for 10 s (SIGSTOP)": 10_000,
  };
  for (const [name, healMs] of Object.entries(healedMs))
    test(`${name}: nobody holds until its timer of five minutes`, () => {
      const { trace } = perform(caseOf(name), "exoip");
      const nobody = holdings(trace).find(({ holders }) => holders.length === 0);
      const next = holdings(trace).find(({ at }) => at > (nobody?.at ?? 0));
      // The worse one lets go at its first check; the better one looks 300 s after its start.
      assert.ok(nobody && nobody.at - faultAt - healMs <= 1_500, `${nobody?.at}`);
      assert.deepEqual(next?.holders, ["lb1"]);
      assert.ok(next.at >= 300_000 && next.at <= 300_500, `${next.at}`);
    });

  test("started further apart, in a partition it also takes the address back", () => {
    const one = caseOf("partition of 10 s");
    const heldOf = (apartMs: number): ReadonlySet<string> =>
      new Set(
        tenMoments(one).map((laterMs) =>
          heldAt(perform(one, "exoip", { laterMs, apartMs }).trace, faultAt + 30_000).join(),
        ),
      );
    for (const apartMs of [0, 50, 90]) assert.deepEqual(heldOf(apartMs), new Set([""]));
    assert.deepEqual(heldOf(450), new Set(["lb1", ""]));
  });

  test("operations of 3 s: it fights itself after a cold start", () => {
    const { trace } = perform(caseOf("operations of 3 s, no fault"), "exoip");
    const held = holdings(trace);
    const lost = held.findIndex(({ holders }) => holders.length === 0);
    const [first, second] = held;
    // 6.36; then both; then lost for 3.3 s, from 14.7 to 18.0; calm from 26 s on.
    isNear(first?.at, 6_360);
    assert.equal(second?.holders.length, 2);
    isNear(held[lost]?.at, 14_700);
    isNear(held[lost + 1]?.at, 18_000);
    assert.ok((held.at(-1)?.at ?? 0) <= 26_000);
    assert.equal(heldAt(trace, 120_000).join(), "lb1");
  });

  test("operations of 1 s: it does not, in 120 s", () => {
    const one = { ...caseOf("operations of 3 s, no fault"), cloud: { operationMs } };
    const { trace } = perform(one, "exoip");
    assert.deepEqual(
      holdings(trace).map(({ holders }) => holders),
      [["lb1"]],
    );
  });

  test("start while the API is down: it exits at once", () => {
    const { trace, measured } = perform(caseOf("start while the API is down for 20 s"), "exoip");
    const exits = trace.filter((line) => line.includes("exoip exits"));
    assert.equal(exits.length, 2);
    for (const line of exits) assert.ok(Number.parseFloat(line) <= 0.2, line);
    // Nobody starts it again before all is mended.
    assert.ok(measured.outageMs >= 100_000, `${measured.outageMs}`);
  });

  test("after (d) the dead one lets go only as it comes back, and that is a gap of 2.0 to 2.7 s", () => {
    const known = caseOf("host death, API 500 for 5 s from the first claim on");
    const faults = known.faults.map((each) =>
      each.kind === "die" ? ({ ...each, kind: "kill", ms: 40_000 } as const) : each,
    );
    const one = { ...known, faults, from: faultAt + 40_000 };
    const gaps = tenMoments(one).map((laterMs) => {
      const { measured, trace } = perform(one, "exoip", { laterMs });
      const backAt = faultAt + 40_000 + laterMs;
      assert.deepEqual(heldAt(trace, backAt), ["lb1", "lb2"]);
      assert.ok(!heldAt(trace, backAt + 400).includes("lb1"));
      assert.deepEqual(heldAt(trace, backAt + 20_000), ["lb1"]);
      return measured.longestMs / 1000;
    });
    isWithin([2, 2.7], [Math.min(...gaps), Math.max(...gaps)], 2, 1_000);
  });

  test("SIGTERM: it detaches at once, in 0.10 s", () => {
    const { trace } = perform(caseOf("SIGTERM of the holder"), "exoip");
    assert.deepEqual(heldAt(trace, faultAt + 20), ["lb1"]);
    assert.deepEqual(heldAt(trace, faultAt + 100), []);
  });

  test("forged heartbeats: it lets go at once, and takes back within 5 s after their end", () => {
    const { trace } = perform(caseOf("heartbeats of the backup are forged for 10 s"), "exoip");
    assert.ok(
      holdings(trace).some(({ at, holders }) => at < faultAt + 1_500 && holders.length === 0),
    );
    assert.deepEqual(heldAt(trace, faultAt + 15_000), ["lb1"]);
  });

  const operationMs = [1_000, 1_000] as const;
  const isNear = (at: number | undefined, seenMs: number): void =>
    assert.ok(at !== undefined && at <= seenMs && seenMs - at <= 300, `${at}, measured ${seenMs}`);
});

describe("what else was measured of keepalived", () => {
  const scriptRuns = (trace: readonly string[], id: string, after: number): number =>
    trace.filter(
      (line) =>
        line.includes(`${id}    its script calls`) && Number.parseFloat(line) * 1000 >= after,
    ).length;

  for (const [intervalMs, seenMs] of [
    [1_000, 680],
    [100, 130],
  ] as const)
    test(`SIGTERM: the address moves ${seenMs} ms later, at an interval of ${intervalMs} ms`, () => {
      const { trace } = perform({ ...caseOf("SIGTERM of the holder"), intervalMs }, "keepalived");
      const at = holdings(trace).find((held) => held.holders.join() === "lb2")?.at ?? 0;
      const tookMs = at - faultAt;
      assert.ok(tookMs <= seenMs && seenMs - tookMs <= 1000 * leftOutS, `${tookMs}`);
    });

  for (const rxLowerPri of [false, true])
    test(`API 500 from the first claim on: one call, and never again, ${rxLowerPri}`, () => {
      const one = caseOf("host death, API 500 for 5 s from the first claim on");
      const { trace, holders } = perform({ ...one, rxLowerPri }, "keepalived");
      assert.equal(scriptRuns(trace, "lb2", faultAt), 1);
      assert.deepEqual(holders, ["lb1"]);
    });

  test("notify_master_rx_lower_pri: a partition heals right in 6 of 10", () => {
    const one = caseOf("partition of 10 s, with notify_master_rx_lower_pri");
    const held = tenMoments(one).map((laterMs) => perform(one, "keepalived", { laterMs }).holders);
    assert.equal(held.filter((holders) => holders.join() === "lb1").length, 6);
    assert.equal(held.filter((holders) => holders.join() === "lb2").length, 4);
  });

  test("notify_master_rx_lower_pri: 7 or 8 calls as the holder wakes", () => {
    const one = caseOf("holder stopped for 10 s (SIGSTOP), with notify_master_rx_lower_pri");
    const calls = tenMoments(one).map((laterMs) => {
      const { trace } = perform(one, "keepalived", { laterMs });
      return scriptRuns(trace, "lb1", faultAt + laterMs);
    });
    assert.deepEqual([...new Set(calls)].toSorted(), [7, 8]);
  });
});

test("where traffic goes to who was attached last, a dead one that was attached first costs nothing", () => {
  const trace = (...lines: string[]): string[] =>
    lines.map((line) => `    ${line.replace(" ", "  CLOUD  is held by ")} (lb1)`);
  const one = trace("1.000 lb1", "30.000 lb1 and lb2", "31.000 lb2 and lb1", "33.500 lb2");
  assert.equal(shareLostToLastMs(one, "lb1", 20_000), 2_500);
  assert.deepEqual(heldAt(one, 32_000), ["lb2", "lb1"]);
});

test("the tables in docs/peers.md are what these runs give: npm run simulate:peers", () => {
  const text = readFileSync(page, "utf8");
  assert.equal(text, withTables(text));
});

/** What a failover is judged by: the cloud's log, the window that the fault explains, the verdict. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Measurement } from "../../../lab/client/client.ts";
import { type Sample, summarize } from "../../../lab/client/measure.ts";
import type { Lab } from "../../../lab/lab.ts";
import {
  cloudMs,
  faultsOfOrdeal,
  movesSince,
  type Ordeal,
  runOrdeal,
} from "../../../lab/ordeal/ordeal.ts";
import { timeLine } from "../../../lab/ordeal/show.ts";

const began = (id: string, kind: string, instance: string, atMs: number) => ({
  kind: "began",
  atMs,
  operation: { id, change: { kind, instance } },
});

const ended = (id: string, atMs: number) => ({ kind: "ended", atMs, operation: { id } });

/** A lab of plain data: its clock began with the process, and 1 s × 3 is its limit. */
function labWith(events: readonly object[], holders: readonly string[] = ["lb2"]): Lab {
  const plain = {
    cloud: { nowMs: () => 10_000, events },
    stack: { election: { method: "heartbeat", intervalMs: 10, deadRatio: 3 } },
    hostOf: (id: string) => id.replace("id-of-", ""),
    addresses: () => ["198.51.100.50"],
    holders: async () => holders,
  };
  return plain as unknown as Lab;
}

/** Clients that answer with the same rows at any time. */
const clientOf = (samples: () => readonly Sample[]): Measurement => ({
  samples,
  summary: () => summarize(samples()),
  stop: async () => summarize(samples()),
});

test("moves are what was begun after the fault, with when it was done", () => {
  const zero = Date.now() - 10_000;
  const lab = labWith([
    began("old", "attach", "id-of-lb1", 1000),
    ended("old", 1500),
    began("claim", "attach", "id-of-lb2", 5000),
    began("else", "create", "id-of-app1", 5100),
    ended("claim", 5800),
    began("release", "detach", "id-of-lb1", 6000),
  ]);
  const moves = movesSince(lab, zero + 4000);
  const rounded = moves.map(({ at, until, ...rest }) => ({
    ...rest,
    at: Math.round((at - zero) / 100),
    until: until && Math.round((until - zero) / 100),
  }));
  assert.deepEqual(rounded, [
    { kind: "attach", host: "lb2", at: 50, until: 58 },
    { kind: "detach", host: "lb1", at: 60, until: undefined },
  ]);
  assert.equal(Math.round(cloudMs(moves)), 800);
});

test("what the cloud does for two addresses at once counts once", () => {
  const move = (at: number, until: number | undefined) =>
    ({ kind: "attach", host: "lb2", at, until }) as const;
  assert.equal(cloudMs([]), 0);
  assert.equal(cloudMs([move(0, 100), move(200, 250)]), 150);
  assert.equal(cloudMs([move(50, 140), move(0, 100), move(10, 20), move(300, undefined)]), 140);
});

const quick = { expected: "lb2", timeoutMs: 300, quietMs: 100 };

async function ordealOf(samples: () => readonly Sample[], holders = ["lb2"]): Promise<Ordeal> {
  return runOrdeal(labWith([], holders), clientOf(samples), { ...quick, force: async () => {} });
}

const answered = (n: number, at: number): Sample => ({ n, at, ms: 2, status: 200 });
const failed = (n: number, at: number): Sample => ({ n, at, ms: 800, error: "timeout" });

test("a request that fails within the window is explained, and one after it is not", async () => {
  const begun = Date.now();
  // The limit is 30 ms and 5 %; an agent may take 600 ms to learn of claim and release.
  const inside = [answered(0, begun), failed(1, begun + 500), answered(2, begun + 550)];
  const good = await ordealOf(() => inside);
  assert.equal(good.failedOutside.length, 0);
  assert.deepEqual(faultsOfOrdeal(good, "A", "lb2"), []);
  const bad = await ordealOf(() => [...inside, failed(3, begun + 5000)]);
  assert.deepEqual(
    bad.failedOutside.map(({ n }) => n),
    [3],
  );
  assert.deepEqual(faultsOfOrdeal(bad, "A", "lb2"), [
    "1 requests failed at a time that the fault does not explain",
  ]);
});

describe("verdict", () => {
  const fine = () => [answered(0, Date.now())];

  for (const [holders, says] of [
    [[], "A is held by nobody, not by lb2"],
    [["lb1"], "A is held by lb1, not by lb2"],
    [["lb1", "lb2"], "A is held by lb1 and lb2, not by lb2"],
  ] as const)
    test(says, async () => {
      const ordeal = await ordealOf(fine, [...holders]);
      assert.deepEqual(faultsOfOrdeal(ordeal, "A", "lb2"), [says]);
    });

  test("a client that saw nothing shows nothing", async () => {
    const ordeal = await ordealOf(() => []);
    assert.match(faultsOfOrdeal(ordeal, "A", "lb2").join(), /no answer at all/);
  });
});

test("without a limit every failure is outside", async () => {
  const lab = labWith([]);
  const unlimited = { ...lab, stack: { election: { method: "vrrp" } } } as unknown as Lab;
  const client = clientOf(() => [failed(0, Date.now())]);
  const ordeal = await runOrdeal(unlimited, client, { ...quick, force: async () => {} });
  assert.equal(ordeal.failedOutside.length, 1);
});

test("the time line has the moments in order, and tells the claim against the limit", () => {
  const samples = [answered(0, 900), failed(1, 1010), failed(2, 2000), answered(3, 5000)];
  const ordeal: Ordeal = {
    faultAt: 1000,
    limitMs: 3000,
    moves: [
      { kind: "attach", host: "lb2", at: 4000, until: 4900 },
      { kind: "detach", host: "lb1", at: 4950, until: undefined },
    ],
    client: summarize(samples),
    failedOutside: [],
    forcedUntil: 5600,
    holders: ["lb2"],
  };
  const lines = timeLine(ordeal, samples, "lb1 loses its power").split("\n");
  assert.deepEqual(lines.slice(0, 6), [
    "    +0.000 s  lb1 loses its power",
    "    +0.010 s  first request that failed",
    "    +3.000 s  claim for lb2 reaches the cloud",
    "    +3.900 s  it is done: 0.9 s of the cloud's own",
    "    +3.950 s  release of lb1 reaches the cloud",
    "    +4.000 s  first good answer",
  ]);
  assert.match(lines.at(-2) ?? "", /requests {3}[ █·▒]{60}$/);
  assert.equal(
    lines.at(-1),
    "  3.000 s until the claim, limit 3.0 s; 2 of 4 requests failed, longest gap 4100 ms",
  );
  const idle = timeLine({ ...ordeal, moves: [], client: summarize([]) }, [], "nothing");
  assert.match(idle, /no claim was seen; 0 of 0 requests failed, longest gap 0 ms$/);
});

/** What a failover is judged by: the window that the fault explains, the verdict, the time line. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Sample } from "../../../lab/client/measure.ts";
import { summarize } from "../../../lab/client/measure.ts";
import {
  faultsOfOrdeal,
  isCutShort,
  type Ordeal,
  runOrdeal,
  unexplained,
} from "../../../lab/ordeal/ordeal.ts";
import { timeLine } from "../../../lab/ordeal/show.ts";
import { answered, began, clientOf, ended, failed, labOf, type Plain } from "./plain.ts";

const [web, mail] = ["198.51.100.50", "198.51.100.51"];

const fine = (): readonly Sample[] => [answered(0, Date.now())];

/** An ordeal in which lb1 dies, which held before; by address what its client has. */
async function ordealsOf(
  plain: Plain,
  clients: Readonly<Record<string, () => readonly Sample[]>> = { [web]: fine },
): Promise<readonly Ordeal[]> {
  const traffic = Object.entries(clients).map(([address, samples]) => ({
    address,
    client: clientOf(samples),
  }));
  const quick = { victim: "lb1", timeoutMs: 300, quietMs: 100 };
  return runOrdeal(labOf(plain), traffic, { ...quick, force: async () => {} });
}

async function ordealOf(plain: Plain, samples?: () => readonly Sample[]): Promise<Ordeal> {
  const [first] = await ordealsOf(plain, { [web]: samples ?? fine });
  return first ?? assert.fail("no ordeal");
}

const takenOver = { holders: { [web]: [["lb1"], ["lb2"]] } };

describe("the window", () => {
  const widthOf = ({ forcedUntil, faultAt }: Ordeal): number => Math.round(forcedUntil - faultAt);
  /** Begun in the lab's time, which is 10 s old as the fault begins. */
  const moves = [
    began("claim", "attach", "lb2", 10_100),
    ended("claim", 10_140),
    began("release", "detach", "lb1", 10_150),
    ended("release", 10_170),
  ];

  test("is the limit and 5 %, without any move", async () => {
    assert.equal(widthOf(await ordealOf(takenOver)), Math.round(30 * 1.05));
  });

  test("has the cloud's own time for claim and release beside, and not what is between", async () => {
    const ordeal = await ordealOf({ ...takenOver, events: moves });
    assert.equal(widthOf(ordeal), Math.round(30 * 1.05 + 40 + 20));
  });

  test("grows with no further move, nor with those of another address", async () => {
    const back = [
      began("back", "attach", "lb1", 10_200),
      ended("back", 10_900),
      began("again", "detach", "lb1", 10_300),
      ended("again", 10_900),
    ];
    const other = [began("mail", "attach", "lb2", 10_000, "mail"), ended("mail", 10_900)];
    const ordeal = await ordealOf({ ...takenOver, events: [...other, ...moves, ...back] });
    assert.equal(widthOf(ordeal), Math.round(30 * 1.05 + 40 + 20));
    assert.equal(ordeal.moves.length, 4);
  });

  test("begins with the fault: what had failed before is not explained by it", () => {
    const window = { faultAt: 10_000, forcedUntil: 10_031 };
    const before = { ...failed(0, 9_500), ms: 100 };
    const under = { ...failed(1, 9_300), ms: 800 };
    const last = failed(2, 10_031);
    const late = failed(3, 10_032);
    assert.deepEqual(unexplained([before, under, last, late, answered(4, 9)], window), [
      before,
      late,
    ]);
  });

  test("is none for an address that the victim did not hold", async () => {
    const lost = () => [answered(0, Date.now()), failed(1, Date.now())];
    const [own, other] = await ordealsOf(
      { holders: { [web]: [["lb1"], ["lb2"]], [mail]: [["lb2"]] } },
      { [web]: lost, [mail]: lost },
    );
    assert.ok(own && other);
    const now = [failed(1, own.faultAt + 5)];
    assert.deepEqual(faultsOfOrdeal(own, now), []);
    assert.deepEqual(faultsOfOrdeal(other, now), [
      `${mail}: 1 requests failed when the fault does not explain it`,
    ]);
  });

  test("is none without a limit", async () => {
    const ordeal = await ordealOf({ ...takenOver, election: { method: "vrrp" } });
    assert.equal(unexplained([failed(0, ordeal.faultAt + 1)], ordeal).length, 1);
  });
});

describe("verdict", () => {
  const verdict = async (plain: Plain, samples = fine) =>
    faultsOfOrdeal(await ordealOf(plain, samples), samples());

  test("none to complain of where the other holds", async () => {
    assert.deepEqual(await verdict(takenOver), []);
  });

  for (const [after, says] of [
    [[], `${web} is held by nobody, not by lb2`],
    [["lb1"], `${web} is held by lb1, not by lb2`],
    [["lb1", "lb2"], `${web} is held by lb1 and lb2, not by lb2`],
  ] as const)
    test(says, async () => {
      assert.deepEqual(await verdict({ holders: { [web]: [["lb1"], after] } }), [says]);
    });

  test("shared, all survivors hold", async () => {
    // The one that dies has the last turn, so nobody has to wait for another's.
    const nodes = ["lb1", "edge1", "edge2"];
    const ranks = { lb1: 0, edge1: 0, edge2: 0 };
    const plain = { nodes, ranks, election: { hold: "shared" } };
    const then = (after: readonly string[]) => ({ ...plain, holders: { [web]: [nodes, after] } });
    const want = "not by edge1 and edge2";
    assert.deepEqual(await verdict(then(["edge2", "edge1"])), []);
    assert.deepEqual(await verdict(then(["edge1"])), [`${web} is held by edge1, ${want}`]);
    assert.deepEqual(await verdict(then(nodes)), [
      `${web} is held by lb1 and edge1 and edge2, ${want}`,
    ]);
  });

  test("every address is looked at", async () => {
    const [, other] = await ordealsOf(
      { holders: { [web]: [["lb1"], ["lb2"]], [mail]: [["lb1"]] } },
      { [web]: fine, [mail]: fine },
    );
    assert.ok(other);
    assert.deepEqual(faultsOfOrdeal(other, fine()), [`${mail} is held by lb1, not by lb2`]);
  });

  test("a client that saw nothing shows nothing", async () => {
    assert.match((await verdict(takenOver, () => [])).join(), /no answer at all/);
  });
});

test("an ordeal that is to end does so at once", async () => {
  const stop = new AbortController();
  const lab = labOf({ holders: { [web]: [["lb1"]] } });
  const traffic = [{ address: web, client: clientOf(fine) }];
  const force = async () => stop.abort();
  await assert.rejects(runOrdeal(lab, traffic, { victim: "lb1", force, signal: stop.signal }), {
    name: "AbortError",
  });
});

test("a connection is cut short by a move only while the router makes it", () => {
  const one: Sample = { n: 0, at: 1000, ms: 10, error: "ECONNRESET" };
  const move = (doneAt: number, until: number | undefined) =>
    ({ kind: "attach", address: web, host: "lb1", at: 0, doneAt, until }) as const;
  assert.ok(isCutShort(one, [move(1005, 1030)]));
  assert.ok(isCutShort(one, [move(990, 1001)]));
  assert.ok(!isCutShort(one, [move(990, 999)]));
  assert.ok(!isCutShort(one, [move(1011, 1030)]));
  assert.ok(!isCutShort(one, [move(1005, undefined)]));
  assert.ok(!isCutShort({ ...one, error: "timeout" }, [move(1005, 1030)]));
});

test("the time line has the moments in order, and tells the claim against the limit", () => {
  const samples = [answered(0, 900), failed(1, 1010), failed(2, 2000), answered(3, 5000)];
  const move = { address: web, doneAt: undefined };
  const ordeal: Ordeal = {
    address: web,
    faultAt: 1000,
    limitMs: 3000,
    moves: [
      { ...move, kind: "attach", host: "lb2", at: 4000, until: 4900 },
      { ...move, kind: "detach", host: "lb1", at: 4950, until: undefined },
    ],
    client: summarize(samples),
    forcedUntil: 5600,
    expected: ["lb2"],
    holders: ["lb2"],
  };
  const lines = timeLine(ordeal, samples, "lb1 loses its power").split("\n");
  assert.deepEqual(lines.slice(0, 7), [
    "    +0.000 s  lb1 loses its power",
    "    +0.010 s  first request that failed",
    "    +3.000 s  claim for lb2 reaches the cloud",
    "    +3.900 s  claim for lb2 is done: 0.9 s of the cloud's own",
    "    +3.950 s  release of lb1 reaches the cloud",
    "    +4.000 s  first good answer",
    "    +4.600 s  from here on no request may fail",
  ]);
  assert.match(lines.at(-2) ?? "", /requests {3}[ █·▒]{60}$/);
  assert.equal(
    lines.at(-1),
    "  3.000 s from the fault until the claim, limit 3.0 s; 2 of 4 requests failed, longest gap 4100 ms",
  );
  const idle = {
    ...ordeal,
    moves: [],
    client: summarize([]),
    forcedUntil: Number.NEGATIVE_INFINITY,
  };
  const text = timeLine(idle, [], "nothing");
  assert.match(text, /no claim was seen; 0 of 0 requests failed, longest gap 0 ms$/);
  assert.doesNotMatch(text, /may fail/);
});

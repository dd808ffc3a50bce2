/**
 * Real agents, two or three processes, before the HTTP double of the cloud. What happened is read
 * from the double: who holds at the end, and which changes were asked for. Never from an agent.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Group, type GroupOptions, pause, startGroup, until } from "./group.ts";

type Context = Parameters<typeof startGroup>[0];

/** Two agents of which the first holds, and the changes that were made until then. */
async function settled(context: Context, options: GroupOptions = {}): Promise<Group> {
  const group = await startGroup(context, options);
  group.start("lb1");
  await heldBy(group, "lb1");
  const nodes = options.nodes ?? ["lb1", "lb2"];
  for (const node of nodes.slice(1)) group.start(node);
  // Who does not know yet who holds waits for a minute before it takes it from one unheard.
  const knows = (node: string): boolean =>
    linksOf(group, node) >= nodes.length - 1 && /: held by (?!nobody)/.test(group.log(node));
  await until("each hears all, and has read who holds", () => nodes.every(knows), group);
  await pause(1_500);
  // A busy machine may have made them lose each other for a moment.
  await heldBy(group, "lb1");
  return group;
}

/** How often a node has told that it is linked with another. */
const linksOf = (group: Group, node: string): number =>
  group.log(node).split("is heard both ways").length - 1;

const heldBy = (group: Group, ...nodes: readonly string[]): Promise<void> =>
  until(`held by ${nodes}`, () => same(group.holders(), nodes), group);

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && b.every((one) => a.includes(one));

/** Asks that nothing changes any more, and gives all changes. */
async function quiet(group: Group, ms = 3_000): Promise<readonly string[]> {
  const before = group.changes().length;
  await pause(ms);
  const all = group.changes().map(({ what }) => what);
  assert.deepEqual(all.slice(before), [], "changes after all was settled");
  return all;
}

// Intervals are short: where dozens of agents start at once they lose each other.
describe("two real agents", { concurrency: 6 }, () => {
  test("first start: the preferred node claims, once", async (context) => {
    const group = await startGroup(context, { intervalMs: 1_000 });
    group.start("lb1");
    group.start("lb2");
    await heldBy(group, "lb1");
    assert.deepEqual(await quiet(group), ["attach lb1"]);
  });

  test("the holder dies: the other claims, then releases the dead one", async (context) => {
    const group = await settled(context);
    group.signal("lb1", "SIGKILL");
    await heldBy(group, "lb2");
    assert.deepEqual(await quiet(group), ["attach lb1", "attach lb2", "detach lb1"]);
  });

  test("the holder is frozen for 10 s: it comes back and takes nothing away", async (context) => {
    const group = await settled(context);
    group.signal("lb1", "SIGSTOP");
    await heldBy(group, "lb2");
    await pause(10_000);
    group.signal("lb1", "SIGCONT");
    const changes = await quiet(group, 5_000);
    assert.deepEqual(changes, ["attach lb1", "attach lb2", "detach lb1"]);
    assert.deepEqual(group.holders(), ["lb2"]);
  });

  test("a split of 4.2 s: one holder at all times, no second move", async (context) => {
    const group = await settled(context);
    group.network.cut("lb1", "lb2");
    group.network.cut("lb2", "lb1");
    await pause(4_200);
    group.network.mend();
    await until("one holder", () => group.holders().length === 1, group);
    assert.deepEqual(await quiet(group), ["attach lb1", "attach lb2", "detach lb1"]);
  });

  test("a one-way cut is a split for both", async (context) => {
    const group = await settled(context);
    group.network.cut("lb1", "lb2");
    await pause(4_200);
    group.network.mend();
    await until("one holder", () => group.holders().length === 1, group);
    const changes = await quiet(group);
    assert.ok(changes.length <= 3, String(changes));
  });

  test("operations that take 3 s: the failover is made once", async (context) => {
    const group = await settled(context, { cloud: { operationMs: [3_000, 3_000] } });
    await quiet(group);
    group.signal("lb1", "SIGKILL");
    await heldBy(group, "lb2");
    assert.deepEqual(await quiet(group), ["attach lb1", "attach lb2", "detach lb1"]);
  });

  test("the API is down for 60 s while the holder dies", async (context) => {
    const group = await settled(context);
    const mend = group.fault({ kind: "error", status: 500 });
    group.signal("lb1", "SIGKILL");
    await pause(60_000);
    assert.deepEqual(group.holders(), ["lb1"]);
    const calls = group.emulator.requests.length;
    assert.ok(calls < 150, `${calls} calls in a minute of trouble`);
    mend();
    await heldBy(group, "lb2");
    await quiet(group);
  });

  test("the API never answers while the holder dies, then it does", async (context) => {
    const group = await settled(context);
    const mend = group.fault({ kind: "hang" });
    group.signal("lb1", "SIGKILL");
    await pause(8_000);
    mend();
    await heldBy(group, "lb2");
    await quiet(group);
  });

  test("only releasing fails, for 5 s: it is tried until the dead one is gone", async (context) => {
    const group = await settled(context);
    const calls = ["detach-instance-from-elastic-ip"] as const;
    const mend = group.fault({ kind: "error", status: 500 }, { calls });
    group.signal("lb1", "SIGKILL");
    await heldBy(group, "lb1", "lb2");
    await pause(5_000);
    mend();
    await heldBy(group, "lb2");
    await quiet(group);
  });

  test("a restart of the holder's agent within the dead interval moves nothing", async (context) => {
    const group = await settled(context, { intervalMs: 1_000 });
    group.signal("lb1", "SIGKILL");
    await group.ended("lb1");
    group.start("lb1");
    assert.deepEqual(await quiet(group, 8_000), ["attach lb1"]);
    // The same by systemd, whose unit names this signal for it.
    group.signal("lb1", "SIGQUIT");
    assert.equal(await group.ended("lb1"), 0);
    group.start("lb1");
    assert.deepEqual(await quiet(group, 8_000), ["attach lb1"]);
  });

  test("a clean stop hands over first: the old holder lets go after", async (context) => {
    const group = await settled(context);
    // Until what an agent before this one may have asked for has landed, it lets go for nobody.
    await pause(17_000);
    const stoppedMs = performance.now();
    group.signal("lb1", "SIGTERM");
    assert.equal(await group.ended("lb1"), 0);
    // It waits for no limit once the other holds; the time is for a machine that is busy.
    assert.ok(performance.now() - stoppedMs < 9_000, "it ended only by its limit");
    assert.deepEqual(group.holders(), ["lb2"]);
    assert.deepEqual(await quiet(group), ["attach lb1", "attach lb2", "detach lb1"]);
    // What ended in order has left nothing, so the next agent need not wait.
    for (const [stopped, next] of [
      ["lb2", "lb1"],
      ["lb1", "lb2"],
    ] as const) {
      const before = linksOf(group, next);
      group.start(next);
      await until(`${next} hears it`, () => linksOf(group, next) > before, group);
      await pause(1_500);
      const sinceMs = performance.now();
      group.signal(stopped, "SIGTERM");
      assert.equal(await group.ended(stopped), 0);
      assert.ok(performance.now() - sinceMs < 9_000, `${stopped} ended only by its limit`);
      assert.deepEqual(group.holders(), [next]);
    }
    assert.deepEqual((await quiet(group)).slice(3), [
      "attach lb1",
      "detach lb2",
      "attach lb2",
      "detach lb1",
    ]);
  });

  test("a clean stop soon after a crash is slower, and loses nothing", async (context) => {
    const group = await settled(context);
    group.signal("lb1", "SIGKILL");
    await group.ended("lb1");
    group.start("lb1");
    await until("both are heard", () => linksOf(group, "lb1") >= 2, group);
    group.signal("lb1", "SIGTERM");
    assert.equal(await group.ended("lb1"), 0);
    const [, second, third] = await quiet(group);
    // Which of the two takes it away is a race; that somebody holds before is none.
    assert.deepEqual([second, third], ["attach lb2", "detach lb1"]);
    assert.deepEqual(group.holders(), ["lb2"]);
  });

  test("a clean stop with nobody left keeps the address", async (context) => {
    const group = await settled(context);
    group.signal("lb2", "SIGTERM");
    await group.ended("lb2");
    group.signal("lb1", "SIGTERM");
    assert.equal(await group.ended("lb1"), 0);
    assert.deepEqual(group.holders(), ["lb1"]);
  });

  test("a start while the API is down waits for it", async (context) => {
    const group = await startGroup(context);
    const mend = group.fault({ kind: "unreachable" });
    group.start("lb1");
    group.start("lb2");
    await pause(4_000);
    mend();
    await heldBy(group, "lb1");
    assert.deepEqual(await quiet(group), ["attach lb1"]);
  });

  test("two starts inside a split: one holder, and none is taken away", async (context) => {
    const group = await startGroup(context);
    group.network.cut("lb1", "lb2");
    group.network.cut("lb2", "lb1");
    group.start("lb1");
    await heldBy(group, "lb1");
    group.start("lb2");
    assert.deepEqual(await quiet(group, 5_000), ["attach lb1"]);
  });

  test("a person's better priority takes the address, and gives it back", async (context) => {
    const group = await settled(context);
    group.signal("lb2", "SIGUSR1");
    await pause(31_000);
    await heldBy(group, "lb2");
    assert.deepEqual(await quiet(group), ["attach lb1", "attach lb2", "detach lb1"]);
  });

  test("three nodes: the second takes over, the third stands by", async (context) => {
    const group = await settled(context, { nodes: ["lb1", "lb2", "lb3"] });
    group.signal("lb1", "SIGKILL");
    await heldBy(group, "lb2");
    assert.deepEqual(await quiet(group), ["attach lb1", "attach lb2", "detach lb1"]);
  });
});

/** Real agents on both wires: rotation of keys, and a group with frames that exoip sends. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { key, pause, startGroup, until } from "./group.ts";

/** Bytes as the original sends them: 02 01, priority twice, address, id of the network card. */
const exoipFrame = (priority: string): Uint8Array =>
  Buffer.from(`0201${priority}${priority}cb007107aaaaaaaa00014a018a01aaaaaaaaaa01`, "hex");

describe("the wire between real processes", { concurrency: true }, () => {
  test("keys rotate in three steps: no move, and never a silent peer", async (context) => {
    const group = await startGroup(context, { heartbeatKeys: [key("a")] });
    group.start("lb1");
    await until("held by lb1", () => group.holders().includes("lb1"), group);
    group.start("lb2");
    const steps = [[key("a"), key("b")], [key("b"), key("a")], [key("b")]];
    for (const keys of steps) {
      for (const node of ["lb1", "lb2"]) {
        group.writeCredentials(node, keys);
        group.signal(node, "SIGHUP");
        await pause(800);
      }
    }
    await pause(2_000);
    assert.deepEqual(group.changes(), [{ ...group.changes()[0] }]);
    group.signal("lb1", "SIGKILL");
    await until("held by lb2", () => group.holders().join() === "lb2", group);
  });

  test("a node with another key is not heard, and moves nothing", async (context) => {
    const group = await startGroup(context);
    group.start("lb1");
    await until("held by lb1", () => group.holders().includes("lb1"), group);
    group.writeCredentials("lb2", [key("z")]);
    group.start("lb2");
    await pause(5_000);
    assert.deepEqual(
      group.changes().map(({ what }) => what),
      ["attach lb1"],
    );
  });

  test("exoip's frames, byte for byte: sent, and answered by yielding", async (context) => {
    const group = await startGroup(context, { wire: "exoip" });
    group.start("lb1");
    await until("held by lb1", () => group.holders().join() === "lb1", group);
    const own = Buffer.from("02010a0acb00710711111111000040008000000000000001", "hex");
    await until(
      "frames are sent",
      () => (group.network.passed.get("lb1>lb2") ?? []).length > 0,
      group,
    );
    assert.deepEqual(Buffer.from(group.network.passed.get("lb1>lb2")?.[0] ?? []), own);
    // An original exoip with a worse priority stands by: nothing changes.
    const timer = setInterval(() => group.network.inject("lb2", "lb1", exoipFrame("14")), 100);
    await pause(2_000);
    clearInterval(timer);
    assert.deepEqual(group.holders(), ["lb1"]);
  });

  test("an original exoip that held and fell silent is released by its address", async (context) => {
    const group = await startGroup(context, { wire: "exoip" });
    const change = { kind: "attach", elasticIp: "eeeeeeee-0000-4000-8000-000000000001" } as const;
    const instance = "11111111-0000-4000-8000-000000000002";
    group.emulator.input({ kind: "person", change: { ...change, instance } });
    const timer = setInterval(() => group.network.inject("lb2", "lb1", exoipFrame("05")), 100);
    group.start("lb1");
    // A young agent may have held before, for all that it knows: then the two would take turns.
    await pause(30_000);
    assert.deepEqual(group.holders(), ["lb2"]);
    clearInterval(timer);
    await until("held by lb1", () => group.holders().join() === "lb1", group);
    assert.deepEqual(
      group.changes().map(({ what }) => what),
      ["attach lb1", "detach lb2"],
    );
  });

  test("an exoip that is better and holds: we let go by ourselves", async (context) => {
    const group = await startGroup(context, { wire: "exoip" });
    group.start("lb1");
    await until("held by lb1", () => group.holders().join() === "lb1", group);
    const timer = setInterval(() => group.network.inject("lb2", "lb1", exoipFrame("05")), 100);
    await pause(1_500);
    assert.deepEqual(group.holders(), ["lb1"], "kept while the better one does not hold");
    const change = { kind: "attach", elasticIp: "eeeeeeee-0000-4000-8000-000000000001" } as const;
    const instance = "11111111-0000-4000-8000-000000000002";
    group.emulator.input({ kind: "person", change: { ...change, instance } });
    await until("held by lb2", () => group.holders().join() === "lb2", group);
    clearInterval(timer);
  });

  test("forged, long and foreign frames change nothing", async (context) => {
    const group = await startGroup(context, { wire: "exoip" });
    group.start("lb1");
    await until("held by lb1", () => group.holders().join() === "lb1", group);
    const junk = [
      Buffer.alloc(0),
      Buffer.alloc(1000, 2),
      Buffer.from("xxinfoyy"),
      Buffer.alloc(23),
    ];
    const long = Buffer.concat([exoipFrame("01"), Buffer.from("x")]);
    for (let round = 0; round < 20; round += 1) {
      for (const bytes of [...junk, long]) group.network.inject("lb2", "lb1", bytes);
      await pause(50);
    }
    assert.deepEqual(group.holders(), ["lb1"]);
    assert.equal(group.changes().length, 1);
  });
});

/** A roll against a cloud of two nodes in memory: who leaves when, and where it stops. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ports } from "../../operate/move.ts";
import { type Engine, stepsIn } from "../../operate/roll/engine.ts";
import { type Rolled, roll } from "../../operate/roll/roll.ts";
import { takeSnapshot } from "../../operate/snapshot.ts";
import { peer } from "../agent/status/sample.ts";
import { answers, instance, stackOf } from "./scene.ts";

const stack = stackOf("nodes: 2");

/**
 * @param changed nodes that are not what the stack file says
 * @param breaks those that come back sick
 */
function world(changed: readonly string[], breaks: readonly string[] = []) {
  const deeds: string[] = [];
  const machines = new Map(["lb1", "lb2"].map((node) => [node, { turn: 1, sick: false }]));
  const left = new Set(changed);
  let holder = "lb1";
  const idOf = (node: string): string => `${node}-${machines.get(node)?.turn}`;
  const hosts = () => ["lb1", "lb2"].map((node) => instance(node, { id: idOf(node) }));
  const other = (node: string): string => (node === "lb1" ? "lb2" : "lb1");
  const ports: Ports = {
    cloud: {
      look: async () => ({
        hosts: hosts(),
        addresses: [{ name: "web", ip: "203.0.113.7", id: "web", holders: [holder] }],
      }),
      holders: async () => [holder],
      stop: () => assert.fail("nothing is stopped"),
      start: () => assert.fail("nothing is started"),
    },
    remote: async ({ host }, command) => {
      if (command.includes("maintenance on")) {
        deeds.push(`${host} leaves`);
        if (holder === host) holder = other(host);
        return { kind: "ran", code: 0, stdout: "", stderr: "" };
      }
      const agent = answers(host, {
        healthy: machines.get(host)?.sick === false,
        peers: [peer({ id: idOf(other(host)) })],
      });
      const stdout = agent.kind === "answers" ? JSON.stringify(agent.status) : "";
      return { kind: "ran", code: 0, stdout, stderr: "" };
    },
  };
  const engine: Engine = {
    stackFile: async () => "shop.yaml",
    wouldChange: async (resource, host) => {
      assert.equal(resource, `shop-${host}`);
      return left.has(host);
    },
    replace: async (host) => {
      assert.notEqual(holder, host, "who holds is never replaced");
      deeds.push(`${host} is replaced`);
      left.delete(host);
      machines.set(host, { turn: 2, sick: breaks.includes(host) });
    },
    release: async () => void deeds.push("nobody is named any more"),
  };
  const rolled: Rolled[] = [];
  const run = async (signal = new AbortController().signal): Promise<string[]> => {
    await roll(ports, {
      stack,
      engine,
      snapshot: await takeSnapshot(stack, ports),
      signal,
      patienceMs: 10,
      step: (_, work) => work(),
      onRolled: (one) => void rolled.push(one),
    });
    return deeds;
  };
  return { run, deeds, rolled };
}

test("the other first, then the holder, which leaves before it is replaced", async () => {
  const { run, rolled } = world(["lb1", "lb2"]);
  assert.deepEqual(await run(), [
    "lb2 leaves",
    "lb2 is replaced",
    "lb1 leaves",
    "lb1 is replaced",
    "nobody is named any more",
  ]);
  assert.deepEqual(
    rolled.map(({ node, replaced }) => [node, replaced]),
    [
      ["lb2", true],
      ["lb1", true],
    ],
  );
});

test("who is as the stack file says is left alone, so a second run goes on from the first", async () => {
  assert.deepEqual(await world(["lb1"]).run(), [
    "lb1 leaves",
    "lb1 is replaced",
    "nobody is named any more",
  ]);
  assert.deepEqual(await world([]).run(), ["nobody is named any more"]);
});

test("where one does not come back the next is not touched", async () => {
  const { run, deeds } = world(["lb1", "lb2"], ["lb2"]);
  await assert.rejects(
    run(),
    /lb2 was replaced and does not come back; the others were not touched/,
  );
  assert.deepEqual(deeds, ["lb2 leaves", "lb2 is replaced"]);
});

test("an interrupted roll begins nothing more", async () => {
  const { run } = world(["lb1", "lb2"]);
  assert.deepEqual(await run(AbortSignal.abort()), []);
});

test("a preview that is not understood is a failure with a fix", () => {
  const urn = "urn:pulumi:shop::baton::exoscale:index/computeInstance:ComputeInstance::shop-lb1";
  const one = { op: "replace", urn };
  assert.deepEqual(stepsIn(JSON.stringify({ steps: [one], duration: 1 })), [one]);
  assert.deepEqual(stepsIn("{}"), []);
  for (const said of ["", "warning: old\n{}", '{"steps":[1]}'])
    assert.throws(() => stepsIn(said), { name: "OperateFailure", fix: /nothing was touched/ });
});

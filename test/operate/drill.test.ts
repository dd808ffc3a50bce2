/** A drill of a cloud in memory, with a real client that asks a real server. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { passed, runDrill } from "../../operate/drill/drill.ts";
import { sceneOf } from "../../operate/drill/scene.ts";
import type { Ports } from "../../operate/move.ts";
import { takeSnapshot } from "../../operate/snapshot.ts";
import { WorldFailure } from "../../stack/failure.ts";
import { peer } from "../agent/status/sample.ts";
import { answers, idOf, instance, stackOf } from "./scene.ts";

const stack = stackOf("nodes: 2\nelection: { preempt: false }");
const twoAddresses = stackOf(
  "nodes: 2\nelection: { preempt: false }",
  "{ web: { ip: 203.0.113.7 }, mail: { ip: 203.0.113.8 } }",
);
const server = createServer((_, response) => response.end("<h1>app1</h1>"));
let url = "";

before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

after(() => {
  server.close();
  server.closeAllConnections();
});

/**
 * @param refuses what the cloud does not do
 * @param fails how many times it does not start what it is asked to
 */
function world(refuses: readonly string[] = [], fails = 0, of = stack) {
  const deeds: string[] = [];
  let holder = "lb1";
  let isOff = false;
  let hiccups = fails;
  const change = (verb: string) => async () => {
    if (verb === "start" && hiccups > 0) {
      hiccups -= 1;
      throw new WorldFailure("start is not answered", "try again");
    }
    if (refuses.includes(verb)) throw new WorldFailure(`${verb} is forbidden`, "allow it");
    deeds.push(verb);
    isOff = verb === "stop";
    if (isOff) holder = "lb2";
    if (isOff && refuses.includes("stop-late"))
      throw new WorldFailure("stop-late is not answered", "look");
  };
  const ports: Ports = {
    cloud: {
      look: async () => ({
        hosts: ["lb1", "lb2"].map((node) =>
          instance(node, { running: !(isOff && node === "lb1") }),
        ),
        addresses: of.addresses.map(({ name, ip }) => ({ name, ip, id: name, holders: [holder] })),
      }),
      holders: async ({ addresses }) => new Map(addresses.map(({ name }) => [name, [holder]])),
      stop: change("stop"),
      start: change("start"),
    },
    remote: async ({ host }) => {
      const other = host === "lb1" ? "lb2" : "lb1";
      // One that was replaced stands in the list for a while.
      const gone = peer({ id: "id-of-one-before", heard: false, bothWays: false });
      const agent = answers(host, { peers: [peer({ id: idOf(other) }), gone] });
      const stdout = agent.kind === "answers" ? JSON.stringify(agent.status) : "";
      return { kind: "ran", code: 0, stdout, stderr: "" };
    },
  };
  const run = async (signal = new AbortController().signal) => {
    const scene = sceneOf(of, await takeSnapshot(of, ports));
    return runDrill(ports, { scene, url, budgetMs: 5000, signal }, (_, work) => work());
  };
  return { run, deeds };
}

test("it stops the holder, sees the other hold, and starts it again", async () => {
  const { run, deeds } = world();
  const { drill } = await run();
  assert.deepEqual(deeds, ["stop", "start"]);
  const [way] = drill.addresses;
  assert.deepEqual([drill.holder, way?.taker, drill.back], ["lb1", "lb2", true]);
  assert.ok(passed(drill) && (way?.outage?.sent ?? 0) > 50);
});

test("all the addresses that it holds are followed, each by its name", async () => {
  const { drill, requests } = await world([], 0, twoAddresses).run();
  assert.deepEqual(
    drill.addresses.map(({ address, taker }) => [address, taker]),
    [
      ["203.0.113.7", "lb2"],
      ["203.0.113.8", "lb2"],
    ],
  );
  assert.ok(drill.happenings.some(({ what }) => /^lb2 alone holds 203\.0\.113\.8,/.test(what)));
  // One URL was given, which is asked once.
  assert.deepEqual(
    Object.values(requests).map((all) => all.length > 50),
    [true, false],
  );
});

test("a cloud that does not stop it is told, and nothing is started", async () => {
  const { run, deeds } = world(["stop"]);
  await assert.rejects(run(), /stop is forbidden/);
  assert.deepEqual(deeds, []);
});

test("whoever has had enough finds the instance started again", async () => {
  const { run, deeds } = world();
  const enough = AbortSignal.abort();
  await assert.rejects(run(enough), (error) => error === enough.reason);
  assert.deepEqual(deeds, ["stop", "start"]);
});

test("a start that fails is asked for again, and one that never comes about is told", async () => {
  const lucky = world([], 1);
  assert.ok((await lucky.run()).drill.back);
  assert.deepEqual(lucky.deeds, ["stop", "start"]);
  const signal = AbortSignal.abort();
  await assert.rejects(
    world([], 100).run(signal),
    /lb1 may be off, .*start is not answered; `exo compute instance start shop-lb1`/,
  );
});

test("a stop that was carried out though the cloud did not say so is undone", async () => {
  const { run, deeds } = world(["stop-late"]);
  await assert.rejects(run(), /stop-late is not answered/);
  assert.deepEqual(deeds, ["stop", "start"]);
});

test("nobody who answers, nothing that is touched", async () => {
  const { run, deeds } = world();
  const before = url;
  url = "http://127.0.0.1:9/";
  await assert.rejects(run(), /127\.0\.0\.1:9\/ does not answer from here; nothing was touched/);
  url = before;
  assert.deepEqual(deeds, []);
});

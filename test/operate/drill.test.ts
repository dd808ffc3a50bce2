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
/** How many of the next connections are cut, as those are that are open when an address moves. */
let cuts = 0;
const server = createServer(({ socket }, response) => {
  if (cuts > 0) socket.resetAndDestroy();
  else response.end("<h1>app1</h1>");
  cuts = Math.max(0, cuts - 1);
});
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
 * @param refuses what the cloud does not do; `patience`: a person has enough once it has stopped
 * @param fails how many times it does not start what it is asked to
 * @param onStop told as the cloud is asked to stop the holder
 */
function world(refuses: readonly string[] = [], fails = 0, of = stack, onStop = () => {}) {
  const deeds: string[] = [];
  const enough = new AbortController();
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
    if (isOff) onStop();
    if (isOff) holder = "lb2";
    if (refuses.includes("patience")) enough.abort();
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
  const run = async () => {
    const scene = sceneOf(of, await takeSnapshot(of, ports));
    const request = { scene, url, budgetMs: 5000, startWithinMs: 7000, signal: enough.signal };
    return runDrill(ports, request, (_, work) => work());
  };
  return { run, deeds, enough };
}

test("it stops the holder, sees the other hold, and starts it again", async () => {
  const { run, deeds } = world();
  const { drill } = await run();
  assert.deepEqual(deeds, ["stop", "start"]);
  const [way] = drill.addresses;
  assert.deepEqual([drill.holder, way?.taker, drill.back], ["lb1", "lb2", true]);
  assert.ok(passed(drill) && (way?.outage?.sent ?? 0) > 50);
});

test("connections that the move cuts are counted apart, and no request failed", async () => {
  const { drill } = await world([], 0, stack, () => {
    cuts = 2;
  }).run();
  const outage = drill.addresses[0]?.outage;
  assert.deepEqual([outage?.failed, outage?.cutShort], [0, 2]);
  assert.ok(passed(drill));
  assert.ok(!drill.happenings.some(({ what }) => /failed|answers again/.test(what)));
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
  const { run, deeds, enough } = world(["patience"]);
  await assert.rejects(run(), (error) => error === enough.signal.reason);
  assert.deepEqual(deeds, ["stop", "start"]);
});

test("whoever has had enough before the holder is stopped finds nothing touched", async () => {
  const { run, deeds, enough } = world();
  enough.abort();
  await assert.rejects(run(), (error) => error === enough.signal.reason);
  assert.deepEqual(deeds, []);
});

test("a start that fails is asked for again, and one that never comes about is told", async () => {
  const lucky = world([], 5);
  assert.ok((await lucky.run()).drill.back);
  assert.deepEqual(lucky.deeds, ["stop", "start"]);
  await assert.rejects(
    world(["patience"], 100).run(),
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
  await assert.rejects(
    run(),
    /127\.0\.0\.1:9\/ does not answer from here; nothing was touched; .* --url URL asks/,
  );
  url = before;
  assert.deepEqual(deeds, []);
});

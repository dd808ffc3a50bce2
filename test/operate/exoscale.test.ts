/** How a desk sees a stack through the cloud's API, and how much it asks for that. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { catalogue } from "../../lab/emulators/exoscale-catalogue.ts";
import type { Instance } from "../../lab/model/exoscale/world.ts";
import { createExoscale } from "../../operate/exoscale.ts";
import { ids, world } from "../lab/world.ts";
import { stackOf } from "./scene.ts";
import { labelsOf, startZone } from "./zone.ts";

/** How long the cloud thinks: what comes sooner did not wait for the answer before. */
const answerMs = 100;
const [template = ""] = Object.keys(catalogue.templates);

type Hosts = Readonly<Record<string, readonly string[]>>;

/** A zone with the stack's two load balancers and many others. @param carry addresses by host */
async function desk(context: TestContext, carry: Hosts, strangers = 0) {
  const plain = world.instances?.[ids.lb2];
  assert.ok(plain);
  const make: Instance["make"] = {
    template,
    instanceType: "",
    diskSizeGib: 10,
    sshKeys: [],
    macAddress: "",
    publicIpAssignment: "inet4",
    isSecureBoot: false,
    hasTpm: false,
  };
  const one = (id: string, host: string, labels = {}): [string, Instance] => [
    id,
    { ...plain, id, name: `shop-${host}`, labels, make, elasticIps: carry[host] ?? [] },
  ];
  const own = (host: "lb1" | "lb2") => one(ids[host], host, labelsOf(host));
  const others = Array.from({ length: strangers }, (_, n) =>
    one(`d0000000-0000-4000-8000-${String(n).padStart(12, "0")}`, `other${n}`),
  );
  const { emulator, env } = await startZone(context, {
    world: {
      ...world,
      ...catalogue,
      instances: Object.fromEntries([own("lb1"), own("lb2"), ...others]),
    },
    settings: { answerMs: [answerMs, answerMs] },
  });
  const stack = stackOf("nodes: 2", "{ web: { ip: 203.0.113.7 }, mail: { ip: 203.0.113.8 } }");
  const cloud = createExoscale(stack, "ch-gva-2", env);
  return { cloud, asked: () => emulator.requests.map(({ target }) => target), emulator };
}

const both = { lb1: [ids.address], lb2: [ids.second] };

test("a look asks two lists, and each host once; the template's user is known then", async (context) => {
  const { cloud, asked } = await desk(context, both, 5);
  const { hosts, addresses } = await cloud.look();
  assert.deepEqual(
    hosts.map(({ host, user, running }) => [host, user, running]),
    [
      ["lb1", "debian", true],
      ["lb2", "debian", true],
    ],
  );
  assert.deepEqual(
    addresses.map(({ name, holders }) => [name, holders]),
    [
      ["web", ["lb1"]],
      ["mail", ["lb2"]],
    ],
  );
  assert.deepEqual(
    asked()
      .map((target) => target.replace(/[0-9a-f-]{36}/, "ID"))
      .sort(),
    ["/v2/elastic-ip", "/v2/instance", "/v2/instance/ID", "/v2/instance/ID", "/v2/template/ID"],
  );
  const before = asked().length;
  await cloud.look();
  assert.equal(asked().length - before, 4);
});

test("a template that was withdrawn is asked for once", async (context) => {
  const { cloud, asked, emulator } = await desk(context, both);
  const effect = { kind: "error", status: 404 } as const;
  emulator.input({ kind: "fault", fault: { name: "gone", calls: ["get-template"], effect } });
  const { hosts } = await cloud.look();
  assert.deepEqual(
    hosts.map(({ user }) => user),
    ["root", "root"],
  );
  await cloud.look();
  assert.equal(asked().filter((target) => target.includes("/template/")).length, 1);
});

test("who holds what is asked of each host once, whatever the number of addresses", async (context) => {
  const { cloud, asked } = await desk(context, both);
  const seen = await cloud.look();
  const before = asked().length;
  const holders = await cloud.holders(seen);
  assert.deepEqual(
    [...holders],
    [
      ["web", ["lb1"]],
      ["mail", ["lb2"]],
    ],
  );
  assert.equal(asked().length - before, 2);
});

test("where nobody of the stack holds, the rest of the zone is asked, a few at once", async (context) => {
  const { cloud, emulator } = await desk(context, { lb1: [ids.address], other7: [ids.second] }, 12);
  const { addresses } = await cloud.look();
  assert.deepEqual(
    addresses.map(({ holders }) => holders),
    [["lb1"], ["shop-other7"]],
  );
  const others = emulator.requests.filter(
    ({ call, target }) => call === "get-instance" && target.includes("/d0000000-"),
  );
  assert.equal(others.length, 12);
  const sooner = (steps: number): boolean =>
    others.some(({ atMs }, n) => atMs - (others[n - steps]?.atMs ?? -Infinity) < answerMs / 2);
  assert.deepEqual([sooner(1), sooner(3)], [true, false]);
});

test("where one of many cannot be asked, the rest are not", async (context) => {
  const { cloud, emulator, asked } = await desk(context, {}, 60);
  const refused = assert.rejects(cloud.look(), { name: "WorldFailure" });
  while (!asked().some((target) => target.includes("/d0000000-"))) await pause(5);
  const effect = { kind: "error", status: 403 } as const;
  const fault = { name: "once", calls: ["get-instance"], times: 1, effect } as const;
  emulator.input({ kind: "fault", fault });
  await refused;
  // What was under way ends.
  await pause(3 * answerMs);
  const before = asked().length;
  await pause(3 * answerMs);
  assert.equal(asked().length, before);
});

test("what may not be started again is not stopped", async (context) => {
  const { cloud, emulator } = await desk(context, both);
  const { hosts } = await cloud.look();
  const [lb1] = hosts;
  assert.ok(lb1);
  const effect = { kind: "error", status: 403 } as const;
  const fault = { name: "role", calls: ["start-instance"], times: 1, effect } as const;
  emulator.input({ kind: "fault", fault });
  await assert.rejects(cloud.stop(lb1), /may not start instances.*nothing was touched/);
  assert.ok(!emulator.requests.some(({ call }) => call === "stop-instance"));
  await cloud.stop(lb1);
  assert.ok(emulator.requests.some(({ call }) => call === "stop-instance"));
});

test("two machines that run and say that they are one host are told, and neither is taken", async (context) => {
  const { emulator, env } = await startZone(context, {
    world: { ...world, ...catalogue, instances: twins() },
    settings: {},
  });
  const cloud = createExoscale(stackOf("nodes: 2"), "ch-gva-2", env);
  await assert.rejects(cloud.look(), /2 instances say by their labels that they are lb2: /);
  assert.ok(emulator.requests.every(({ method }) => method === "GET"));
});

function twins(): Record<string, Instance> {
  const plain = world.instances?.[ids.lb2];
  assert.ok(plain);
  const twin = "d0000000-0000-4000-8000-0000000000ff";
  const labels = labelsOf("lb2");
  return {
    [ids.lb2]: { ...plain, labels },
    [twin]: { ...plain, id: twin, name: "shop-lb2-too", labels },
  };
}

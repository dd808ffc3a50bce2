/** A group of fixed addresses: whose ids come from the zone's list, and from the frames heard. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CloudInstance } from "../../../agent/cloud/cloud.ts";
import type { AgentPeers } from "../../../agent/config.ts";
import { nodeOf } from "../../../agent/election/member.ts";
import type { Stranger } from "../../../agent/election/received.ts";
import { instance, minute, stranger, unreachable, world } from "./group-world.ts";

const fixed: AgentPeers = {
  from: "addresses",
  addresses: { lb2: "192.0.2.98", lb3: "10.0.0.3" },
};

test("fixed addresses are there at once; their ids come from the zone, by address", async () => {
  const { group, calls, run, troubles } = world({ peers: fixed });
  assert.deepEqual(group.members(), [
    { name: "lb2", ips: ["192.0.2.98"] },
    { name: "lb3", ips: ["10.0.0.3"] },
  ]);
  assert.equal(group.members().map(nodeOf).join(" "), "192.0.2.98 10.0.0.3");
  assert.equal(group.isKnown(), true);
  await run(1000);
  assert.deepEqual(calls[0]?.of, { from: "zone" });
  assert.deepEqual(group.members(), [
    { name: "lb2", ips: ["192.0.2.98"], id: "b" },
    { name: "lb3", ips: ["10.0.0.3"] },
  ]);
  assert.deepEqual(troubles, ["no instance found for peer lb3, 10.0.0.3: is the address right?"]);
});

test("an address of a private network is found by the name, where only one has it", async () => {
  const named = (id: string) => ({ ...instance(id), name: "lb3" });
  const idOfLb3 = async (...instances: readonly CloudInstance[]) => {
    const { group, run } = world({ peers: fixed }, { kind: "done", value: instances });
    await run(1000);
    return group.members()[1]?.id;
  };
  assert.equal(await idOfLb3(named("c")), "c");
  assert.equal(await idOfLb3(named("c"), named("d")), undefined);
  assert.equal(await idOfLb3(named("c"), instance("d", "10.0.0.3")), "d");
});

test("a fixed address that is our own is no peer", async () => {
  const own = { kind: "done", value: [instance("s", "192.0.2.98")] } as const;
  const { run, ids, changes } = world({ peers: fixed }, own);
  await run(1000);
  assert.equal(ids(), "10.0.0.3");
  assert.deepEqual(changes.flat().map(nodeOf), ["10.0.0.3"]);
});

test("it is known by the host itself too, while the cloud cannot be asked", async () => {
  const { run, ids, changes, own } = world({ peers: fixed }, unreachable);
  await run(1000);
  assert.equal(ids(), "192.0.2.98 10.0.0.3");
  own.add("192.0.2.98");
  await run(1000);
  assert.equal(ids(), "10.0.0.3");
  assert.deepEqual(changes.flat().map(nodeOf), ["10.0.0.3"]);
});

const speaker: Stranger = { id: "c", name: "lb3", ip: "10.0.0.3", proven: true };

test("a fresh frame names the id of a fixed address, by its name or else by its source", () => {
  const idsAfter = (met: Stranger) => {
    const { group, ids } = world({ peers: fixed });
    group.meet(met);
    return ids();
  };
  assert.equal(idsAfter(speaker), "192.0.2.98 c");
  assert.equal(idsAfter({ ...speaker, ip: "192.0.2.98" }), "192.0.2.98 c");
  assert.equal(idsAfter({ ...speaker, name: "else" }), "192.0.2.98 c");
  assert.equal(idsAfter({ ...speaker, name: "else", ip: "10.0.0.4" }), "192.0.2.98 10.0.0.3");
  assert.equal(idsAfter({ ...speaker, proven: false }), "192.0.2.98 10.0.0.3");
});

test("an id that was learnt stays while it is heard or listed, and gives way to its heir", async () => {
  const value = [instance("c"), { ...instance("d"), name: "lb3" }];
  const { group, run, ids, heard, told } = world({ peers: fixed }, { kind: "done", value });
  group.meet(speaker);
  heard.add("c");
  await run(1000);
  group.meet({ ...speaker, id: "e" });
  assert.equal(ids(), "192.0.2.98 c");
  heard.clear();
  await run(6 * minute);
  assert.equal(ids(), "192.0.2.98 c");
  told.answer = { kind: "done", value: value.slice(1) };
  await run(6 * minute);
  assert.equal(ids(), "192.0.2.98 d");
  group.meet({ ...speaker, id: "e" });
  assert.equal(ids(), "192.0.2.98 e");
});

test("the word of a node that is heard is worth more than the cloud's list", async () => {
  const { group, run, ids, heard } = world({ peers: fixed });
  group.meet({ ...speaker, id: "z", name: "lb2" });
  heard.add("z");
  await run(1000);
  assert.equal(ids(), "z 10.0.0.3");
  heard.clear();
  await run(5 * minute);
  assert.equal(ids(), "b 10.0.0.3");
});

test("what a frame taught about a fixed address survives a restart", () => {
  const first = world({ peers: fixed });
  first.group.meet(speaker);
  assert.equal(first.changes.length, 1);
  assert.equal(world({ peers: fixed, saved: first.kept.saved }).ids(), "192.0.2.98 c");
});

test("strangers of fixed addresses cause no calls", async () => {
  const { group, calls, run } = world({ peers: fixed });
  for (let second = 0; second < 250; second += 1) {
    group.meet({ ...stranger, proven: second % 2 === 0 });
    await run(1000);
  }
  assert.equal(calls.length, 1);
});

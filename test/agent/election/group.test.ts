/** Who is in the group: the cloud's list, failures, and what survives a restart. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { AgentPeers } from "../../../agent/config.ts";
import { nodeOf } from "../../../agent/election/member.ts";
import {
  instance,
  listed,
  minute,
  securityGroup,
  stranger,
  unreachable,
  world,
} from "./group-world.ts";

test("the group is who the cloud lists, save for this node, with names and addresses", async () => {
  const { group, calls, changes, troubles, run } = world();
  assert.deepEqual([group.members(), group.isKnown()], [[], false]);
  await run(1000);
  const members = [
    { id: "a", name: "name-of-a", ips: ["192.0.2.97"] },
    { id: "b", name: "name-of-b", ips: ["192.0.2.98"] },
  ];
  assert.deepEqual(changes, [members]);
  assert.deepEqual([group.members(), group.isKnown(), troubles], [members, true, []]);
  await run(5 * minute);
  const of = { from: "security-group", group: "lbs" };
  assert.deepEqual(calls, [
    { of, at: 0, deadlineMs: 10_000 },
    { of, at: 300_000, deadlineMs: 310_000 },
  ]);
});

test("a security group is asked for by its id where that is known, a label by its name", async () => {
  const asked = async (peers: AgentPeers) => {
    const { calls, run } = world({ peers });
    await run(1000);
    return calls[0]?.of;
  };
  const withId = { from: "security-group", name: "lbs", id: "id-of-lbs" } as const;
  assert.deepEqual(await asked(withId), { from: "security-group", group: "id-of-lbs" });
  assert.deepEqual(await asked({ from: "label", name: "x=y" }), { from: "label", label: "x=y" });
});

test("the list is asked for every five minutes, give or take a quarter", async () => {
  for (const [random, seconds] of [
    [0, 225],
    [0.5, 300],
    [0.999, 375],
  ] as const) {
    const { calls, changes, run } = world({ random: () => random });
    await run(2 * seconds * 1000 + 2000);
    assert.deepEqual(
      calls.map(({ at }) => at / 1000),
      [0, seconds, 2 * seconds],
    );
    assert.equal(changes.length, 1);
  }
});

test("the order of an answer is no change, and a node that comes joins at once", async () => {
  const { changes, told, group, settle, ids } = world();
  group.refresh();
  await settle();
  told.answer = listed("b", "a", "s");
  group.refresh();
  await settle();
  assert.equal(changes.length, 1);
  told.answer = listed("b", "a", "s", "c");
  group.refresh();
  await settle();
  assert.equal(ids(), "a b c");
});

test("one empty answer parts nobody, and two that follow at once are one", async () => {
  const { group, told, settle, run, ids, clock } = world();
  await run(1000);
  told.answer = listed();
  for (const wait of [0, 29_999]) {
    clock.now += wait;
    group.refresh();
    await settle();
    assert.equal(ids(), "a b");
  }
  clock.now += 1;
  group.refresh();
  await settle();
  assert.equal(ids(), "");
});

test("who comes back between two short answers has not been missing", async () => {
  const { group, told, settle, run, ids, clock } = world();
  await run(1000);
  const short = listed("s", "a");
  for (const [answer, expected] of [
    [short, "a b"],
    [listed("s", "a", "b"), "a b"],
    [short, "a b"],
    [short, "a"],
  ] as const) {
    told.answer = answer;
    clock.now += 31_000;
    group.refresh();
    await settle();
    assert.equal(ids(), expected);
  }
});

test("who is missing is asked for again after a minute, and leaves where that is confirmed", async () => {
  const { told, run, ids, calls } = world();
  await run(1000);
  told.answer = listed("s", "a");
  await run(7 * minute);
  assert.equal(ids(), "a");
  assert.deepEqual(
    calls.map(({ at }) => at / 1000),
    [0, 300, 360],
  );
});

test("who is heard stays, however often the cloud leaves it out", async () => {
  const { told, run, ids, heard } = world();
  await run(1000);
  heard.add("b");
  told.answer = listed("s", "a");
  await run(30 * minute);
  assert.equal(ids(), "a b");
  heard.delete("b");
  await run(6 * minute);
  assert.equal(ids(), "a");
});

test("a failure changes nobody, is told once, and is tried again after a minute", async () => {
  const { calls, troubles, told, run, ids } = world();
  await run(1000);
  told.answer = unreachable;
  await run(5 * minute);
  assert.equal(ids(), "a b");
  assert.deepEqual(troubles, ["peers not listed, so the last ones stay: no route to host"]);
  await run(2 * minute);
  assert.deepEqual(
    calls.map(({ at }) => at / 1000),
    [0, 300, 360, 420],
  );
  told.answer = listed("s", "a", "b");
  await run(minute);
  assert.deepEqual(troubles.slice(1), [undefined]);
});

test("without any list it is asked for every five seconds", async () => {
  const { group, calls, troubles, told, run, ids } = world({}, unreachable);
  await run(14_000);
  assert.deepEqual(
    calls.map(({ at }) => at / 1000),
    [0, 5, 10],
  );
  assert.equal(group.isKnown(), false);
  assert.deepEqual(troubles, ["peers not listed, so none is known yet: no route to host"]);
  told.answer = listed("s", "a");
  await run(3000);
  assert.deepEqual([ids(), group.isKnown()], ["a", true]);
});

test("Retry-After is obeyed, and a stranger does not shorten it", async () => {
  const limited = { kind: "refused", why: "rate-limited", message: "slow down" } as const;
  const { group, calls, run } = world({}, { ...limited, retryAfterMs: 90_000 });
  await run(1000);
  for (let second = 0; second < 89; second += 1) {
    group.meet(stranger);
    await run(1000);
  }
  assert.equal(calls.length, 1);
  await run(1000);
  assert.equal(calls.length, 2);
});

test("a stranger makes us look, half a minute after the last time at the earliest", async () => {
  const { group, calls, told, run, ids } = world();
  await run(1000);
  told.answer = listed("s", "a", "b", "n");
  while (ids() === "a b") {
    group.meet(stranger);
    await run(1000);
  }
  assert.deepEqual(
    calls.map(({ at }) => at / 1000),
    [0, 30],
  );
  told.answer = listed("s", "a", "b", "n", "o");
  for (let second = 0; second < 40; second += 1) {
    group.meet({ ...stranger, id: "o" });
    await run(1000);
  }
  assert.equal(ids(), "a b n o");
});

test("it does so after a look that showed nothing new, too", async () => {
  const { group, calls, told, run, ids } = world();
  await run(5 * minute + 10_000);
  told.answer = listed("s", "a", "b", "n");
  while (ids() === "a b") {
    group.meet(stranger);
    await run(1000);
  }
  assert.deepEqual(
    calls.map(({ at }) => at / 1000),
    [0, 300, 330],
  );
});

test("a stranger that the cloud does not list causes one more call a period", async () => {
  const { group, calls, run, ids } = world();
  for (let second = 0; second < 3600; second += 1) {
    group.meet({ ...stranger, proven: true });
    await run(1000);
  }
  assert.equal(ids(), "a b");
  assert.ok(calls.length <= 24, `${calls.length} calls`);
});

test("a wish to look again is answered at once, and two at once are one call", async () => {
  const { group, calls, settle } = world();
  group.refresh();
  group.refresh();
  group.tick();
  await settle();
  assert.equal(calls.length, 1);
  group.refresh();
  assert.equal(calls.length, 2);
});

test("this instance outside its group is trouble until it is added", async () => {
  const { troubles, told, run } = world({}, listed("a"));
  await run(1000);
  const text = "this instance is not in security-group lbs, so its peers do not count it: add it";
  assert.deepEqual(troubles, [text]);
  told.answer = listed("s", "a");
  await run(6 * minute);
  assert.deepEqual(troubles, [text, undefined]);
});

test("16 nodes are a group; more are refused, and the list before them stays", async () => {
  const names = Array.from({ length: 15 }, (_, index) => String.fromCharCode(65 + index));
  const { group, troubles, told, run } = world({}, listed("s", ...names));
  await run(1000);
  assert.equal(group.members().length, 15);
  told.answer = listed("s", ...names, "0");
  await run(6 * minute);
  assert.deepEqual(group.members().map(nodeOf), names);
  assert.deepEqual(troubles, [
    "security-group lbs has 17 instances, and 16 can be: take others out",
  ]);
});

test("who takes the place of a missing node in a full group does not make it larger", async () => {
  const names = Array.from({ length: 15 }, (_, index) => String.fromCharCode(65 + index));
  const { group, told, run } = world({}, listed("s", ...names));
  await run(1000);
  told.answer = listed("s", ...names.slice(1), "x");
  await run(6 * minute);
  assert.deepEqual(group.members().map(nodeOf), [...names.slice(1), "x"]);
});

test("the last list survives a restart while the API is down", async () => {
  const first = world();
  await first.run(1000);
  const saved: unknown = JSON.parse(JSON.stringify(first.kept.saved));
  const { group, run, calls, ids } = world({ saved }, unreachable);
  assert.deepEqual([ids(), group.isKnown()], ["a b", true]);
  await run(minute);
  assert.deepEqual([ids(), calls.length], ["a b", 1]);
});

test("a list of other peers, or a broken one, is not believed", () => {
  const peers = securityGroup;
  const member = { id: "a", name: "x", ips: ["192.0.2.1"] };
  const idsOf = (saved: unknown) => world({ saved }).ids();
  assert.equal(idsOf({ peers, members: [member] }), "a");
  assert.equal(idsOf({ peers: { ...peers, name: "other" }, members: [member] }), "");
  for (const odd of [
    { ...member, id: "../elastic-ip" },
    { ...member, id: 7 },
    { ...member, name: "" },
    { ...member, ips: ["example.com"] },
    { ...member, ips: "192.0.2.1" },
    { ...member, more: 1 },
    null,
  ])
    assert.equal(idsOf({ peers, members: [odd] }), "", JSON.stringify(odd));
  assert.equal(idsOf({ peers, members: Array(16).fill(member) }), "");
  assert.equal(idsOf({ peers, members: {} }), "");
  fc.assert(fc.property(fc.jsonValue(), (saved) => idsOf(saved) === ""));
});

test("addresses of the cloud are taken in canonical form, and what is none is left out", async () => {
  const odd = { ...instance("a", "2001:DB8:0::1", "none"), name: "" };
  const { group, run } = world({}, { kind: "done", value: [instance("s"), odd] });
  await run(1000);
  assert.deepEqual(group.members(), [{ id: "a", name: "a", ips: ["2001:db8::1"] }]);
});

test("ids that the frames cannot tell apart are told of", async () => {
  // A known pair of words with the same FNV-1a.
  const { run, troubles } = world({ self: "costarring" }, listed("costarring", "liquid"));
  await run(1000);
  const text =
    "the frames cannot tell costarring from liquid, by a rare chance: replace one of them";
  assert.deepEqual(troubles, [text]);
});

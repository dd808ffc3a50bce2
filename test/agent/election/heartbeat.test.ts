/** The authenticated wire between two nodes: starts, restarts, recordings, strangers and pauses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeAuthenticated } from "../../../agent/wire/authenticated-decode.ts";
import { hmacKeys } from "../../../agent/wire/hmac.ts";
import { directory, keys, secretOf } from "../wire/frames.ts";
import { member, node, pair, report, said, tell } from "./world.ts";

/** What a frame says, read by someone who knows the nodes. */
function read(datagram: Uint8Array) {
  const decoded = decodeAuthenticated(datagram, keys, directory("a", "b", "c"));
  assert.ok(decoded.ok);
  return decoded.value;
}

test("two nodes that start hear each other within one round trip, by frames out of turn", () => {
  const clock = { now: 0 };
  const a = node(clock, "a", ["b"]);
  const b = node(clock, "b", ["a"]);
  assert.equal(tell(a, b), "unproven!");
  assert.equal(tell(b, a), "frame from b!");
  clock.now = 250;
  assert.equal(tell(a, b), "frame from a!");
  clock.now = 1000;
  assert.deepEqual([tell(b, a), tell(a, b)], ["frame from b", "frame from a"]);
  assert.deepEqual(b.counters, { accepted: 2, sent: 2, dropped: { unproven: 1 } });
});

test("a frame tells who speaks, since when, and whom it hears", () => {
  const clock = { now: 500.25 };
  const { a, b } = pair(clock);
  clock.now += 0.5;
  const [heard, sent] = [report(), report()];
  b.receive(a.encode(heard), "192.0.2.1");
  clock.now += 300;
  const frame = read(b.encode(sent));
  assert.deepEqual([frame.node, frame.name, frame.intervalMs], ["b", "b", 1000]);
  assert.deepEqual([frame.sequence, frame.uptimeMs], [sent.sequence, 2300]);
  assert.deepEqual(
    frame.heard.map(({ node, sequence, ageMs, proven }) => [node, sequence, ageMs, proven]),
    [["a", heard.sequence, 300, true]],
  );
  assert.deepEqual(frame.addresses, report().addresses);
});

test("the uptime begins again after 2^32 ms and does not stand still", () => {
  const clock = { now: 0 };
  const a = node(clock, "a", []);
  clock.now = 2 ** 32 + 5;
  assert.equal(read(a.encode(report())).uptimeMs, 5);
});

test("what the lists of a frame name is named by id, where the group has it", () => {
  const clock = { now: 0 };
  const { a, b } = pair(clock);
  const heardBy = () => {
    const received = b.receive(a.encode(report()), "192.0.2.1");
    assert.ok(received.kind === "frame" && received.frame.wire === "authenticated");
    return received.frame.heard.map(({ node }) => node);
  };
  assert.deepEqual(heardBy(), ["b"]);
  a.setPeers([member("b"), member("c")]);
  const c = node(clock, "c", ["a"]);
  tell(c, a);
  assert.match(heardBy()[1] ?? "", /^#[0-9a-f]{8}$/);
  b.setPeers([member("a"), member("c")]);
  assert.deepEqual(heardBy(), ["b", "c"]);
});

test("where a frame comes from does not matter, since a node may have several networks", () => {
  const { a, b } = pair({ now: 0 });
  assert.equal(tell(a, b, "2001:db8::77"), "frame from a");
});

test("a peer that restarts is heard again after one round trip", () => {
  const clock = { now: 0 };
  const { a, b } = pair(clock);
  const again = node(clock, "a", ["b"]);
  assert.equal(tell(again, b), "unproven!");
  assert.equal(tell(b, again), "frame from b!");
  clock.now += 250;
  assert.equal(tell(again, b), "frame from a!");
  assert.equal(tell(a, b), "retired");
});

test("a frame is accepted once, and nothing of a recording is after a restart of ours", () => {
  const clock = { now: 0 };
  const { a, b } = pair(clock);
  const recorded = Array.from({ length: 5 }, () => a.encode(report()));
  const play = (to: typeof b) => recorded.map((one) => said(to.receive(one, "192.0.2.1")));
  assert.deepEqual(play(b), Array(5).fill("frame from a"));
  assert.deepEqual(play(b), ["old", "old", "old", "old", "replayed"]);
  const again = node(clock, "b", ["a"]);
  for (let round = 0; round < 3; round += 1) {
    again.encode(report());
    assert.ok(play(again).every((one) => !one.startsWith("frame")));
  }
});

test("a peer whose echo of us is older than three intervals has yet to prove itself", () => {
  const clock = { now: 0 };
  const b = node(clock, "b", ["a"]);
  const a = node(clock, "a", ["b"]);
  tell(b, a);
  const proof = a.encode(report());
  clock.now += 3_001;
  b.encode(report());
  assert.equal(said(b.receive(proof, "192.0.2.1")), "stale-echo");
});

test("our own frames, and another's under our id, are told apart from strangers", () => {
  const clock = { now: 0 };
  const a = node(clock, "a", ["b"]);
  assert.equal(tell(a, a), "reflected");
  assert.equal(tell(node(clock, "a", []), a), "same-node");
  assert.deepEqual(a.strangers, []);
});

test("a recording makes us speak out of turn once in a quarter of an interval at most", () => {
  const clock = { now: 0 };
  const { b } = pair(clock);
  const dead = node(clock, "a", ["b"]);
  const flood = Array.from({ length: 2000 }, () => dead.encode(report()));
  const extra = flood.filter((one) => {
    clock.now += 1;
    return said(b.receive(one, "192.0.2.66")) === "unproven!";
  });
  assert.equal(extra.length, 8);
  assert.equal(b.counters.dropped.unproven, 2001);
});

test("a key is changed in three steps, node by node, and no frame is dropped", () => {
  const steps = [[1], [1, 2], [2, 1], [2]].map((fills) => hmacKeys(fills.map(secretOf)));
  const clock = { now: 0 };
  const { a, b } = pair(clock);
  const before = structuredClone([a.counters.dropped, b.counters.dropped]);
  for (const [at, step] of steps.entries()) {
    for (const changed of at % 2 === 0 ? [a, b] : [b, a]) {
      changed.setKeys(step);
      assert.deepEqual([tell(a, b), tell(b, a)], ["frame from a", "frame from b"], `step ${at}`);
    }
  }
  assert.deepEqual([a.counters.dropped, b.counters.dropped], before);
  a.setKeys(hmacKeys([secretOf(1)]));
  assert.equal(tell(a, b), "unknown-key");
});

test("a stranger is reported and counted, and nothing that it says counts", () => {
  const clock = { now: 0 };
  const b = node(clock, "b", ["a"]);
  const c = node(clock, "c", ["b"]);
  assert.equal(tell(c, b, "192.0.2.3"), "unknown-source");
  tell(b, c);
  const proof = c.encode(report());
  for (let time = 0; time < 2; time += 1) {
    assert.equal(said(b.receive(proof, "192.0.2.3")), "unknown-source");
  }
  const stranger = { id: "c", name: "c", ip: "192.0.2.3" };
  assert.deepEqual(b.strangers, [
    { ...stranger, proven: false },
    { ...stranger, proven: true },
    { ...stranger, proven: false },
  ]);
  assert.deepEqual(b.counters.dropped, { "unknown-source": 3 });
});

test("a stranger gets an echo and no witness, so that it sees no link with us", () => {
  const clock = { now: 0 };
  const b = node(clock, "b", []);
  const c = node(clock, "c", ["b"]);
  tell(c, b);
  assert.equal(tell(b, c), "frame from b!");
  assert.equal(tell(c, b), "unknown-source");
  const heard = () => read(b.encode(report())).heard.map(({ node, proven }) => [node, proven]);
  assert.deepEqual(heard(), [["c", false]]);
  b.setPeers([member("a")]);
  assert.deepEqual(heard(), [["c", false]]);
});

test("who is let in while it speaks is heard with that very frame", () => {
  const clock = { now: 0 };
  const b = node(clock, "b", [], {
    onStranger: ({ id, proven }) => proven && b.setPeers([member(id)]),
  });
  const c = node(clock, "c", ["b"]);
  assert.equal(tell(c, b), "unknown-source");
  tell(b, c);
  assert.equal(tell(c, b), "frame from c!");
  assert.equal(read(b.encode(report())).heard.length, 1);
  b.setPeers([]);
  assert.equal(tell(c, b), "frame from c");
});

test("who left the group is not heard, and when it comes back it is", () => {
  const { a, b } = pair({ now: 0 });
  b.setPeers([]);
  assert.deepEqual(read(b.encode(report())).heard, []);
  assert.equal(tell(a, b), "unknown-source");
  tell(b, a);
  b.setPeers([member("a")]);
  assert.equal(tell(a, b), "frame from a");
});

test("a thousand strangers with the right key displace no member", () => {
  const clock = { now: 0 };
  const names = Array.from({ length: 15 }, (_, index) => `peer-${index}`);
  const b = node(clock, "b", names);
  const peers = names.map((name) => node(clock, name, ["b"]));
  const round = () => peers.map((peer) => tell(peer, b)).filter((one) => one.startsWith("frame"));
  round();
  for (const peer of peers) tell(b, peer);
  assert.equal(round().length, 15);
  for (let index = 0; index < 1000; index += 1) tell(node(clock, `stranger-${index}`, ["b"]), b);
  clock.now += 120_000;
  tell(node(clock, "stranger", ["b"]), b);
  assert.equal(round().length, 0);
  for (const peer of peers) tell(b, peer);
  assert.equal(round().length, 15);
  assert.equal(read(b.encode(report())).heard.filter(({ proven }) => proven).length, 15);
});

test("after a pause nothing said before proves anything, and nobody is vouched for", () => {
  const clock = { now: 0 };
  const { a, b } = pair(clock);
  const queued = a.encode(report());
  tell(node(clock, "c", ["b"]), b);
  b.forget();
  assert.deepEqual(read(b.encode(report())).heard, []);
  assert.equal(said(b.receive(queued, "192.0.2.1")), "stale-echo");
  clock.now += 1000;
  assert.deepEqual([tell(b, a), tell(a, b)], ["frame from b", "frame from a!"]);
});

test("forged and foreign datagrams are counted by reason and change nothing", () => {
  const clock = { now: 0 };
  const { a, b } = pair(clock);
  const dropped = { ...b.counters.dropped };
  const good = a.encode(report());
  const forged = Uint8Array.from(good, (byte, at) => (at === good.length - 1 ? byte ^ 1 : byte));
  const garbage = new Uint8Array(1500).fill(0xba);
  for (let index = 0; index < 20_000; index += 1) {
    const received = b.receive(index % 2 === 0 ? forged : garbage, `198.51.100.${index % 250}`);
    assert.ok(received.kind === "dropped" && !received.sendNow);
  }
  assert.deepEqual(b.counters.dropped, { ...dropped, forged: 10_000, foreign: 10_000 });
  assert.deepEqual(b.strangers, []);
  assert.equal(said(b.receive(good, "192.0.2.1")), "frame from a");
});

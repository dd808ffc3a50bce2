/** R9 as a table of plays: what each frame is worth, in order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Heard, SignedAdvertisement } from "../../../agent/wire/advertisement.ts";
import {
  type Freshness,
  heardList,
  judge,
  noPeers,
  type Receiver,
} from "../../../agent/wire/freshness.ts";
import { plain } from "./frames.ts";

const own = "00000000000000aa";
const us: Receiver = {
  node: "us",
  boot: own,
  sequence: 100,
  recentFrom: 85,
  nowMs: 0,
  deadRatio: 3,
};

const echo = (sequence: number, boot = own): Heard[] => [
  { node: "us", boot, sequence, ageMs: 0, proven: false },
];

/** A frame of node `b`; `boot` is one hex digit, so that a play reads well. */
const from = (
  boot: string,
  sequence: number,
  heard: Heard[] = [],
  uptimeMs = 0,
): SignedAdvertisement => ({
  ...plain,
  uptimeMs,
  node: "b",
  boot: boot.repeat(16),
  sequence,
  heard,
});

type Step = readonly [frame: SignedAdvertisement, worth: string, receiver?: Partial<Receiver>];

function play(steps: readonly Step[], start: Freshness = noPeers): Freshness {
  return steps.reduce((peers, [frame, worth, receiver]) => {
    const { verdict, peers: after } = judge(peers, frame, { ...us, ...receiver });
    const said = verdict.accepted ? (verdict.restarted ? "new boot" : "accepted") : verdict.reason;
    assert.equal(said, worth, `${frame.node} ${frame.boot} ${frame.sequence}`);
    return after;
  }, start);
}

const plays: Readonly<Record<string, readonly Step[]>> = {
  "who was silent for more than three intervals proves itself again": [
    [from("1", 1, echo(99)), "new boot"],
    [from("1", 2), "accepted", { nowMs: 3_000 }],
    [from("1", 3), "unproven", { nowMs: 6_001 }],
    [from("1", 3), "replayed", { nowMs: 6_100 }],
    [from("1", 4, echo(84)), "stale-echo", { nowMs: 6_200 }],
    [from("1", 5, [...echo(84), ...echo(99)]), "accepted", { nowMs: 6_300 }],
    [from("1", 6), "accepted", { nowMs: 6_400 }],
  ],
  "with a larger dead ratio a silence is as much longer": [
    [from("1", 1, echo(99)), "new boot", { deadRatio: 5 }],
    [from("1", 2, [], 4_900), "accepted", { nowMs: 4_900, deadRatio: 5 }],
    [from("1", 3, [], 10_000), "unproven", { nowMs: 10_000, deadRatio: 5 }],
  ],
  "who is never silent and falls behind its own uptime proves itself again": [
    [from("1", 1, echo(99), 0), "new boot"],
    [from("1", 2, [], 1_000), "accepted", { nowMs: 2_500 }],
    [from("1", 3, [], 2_000), "accepted", { nowMs: 5_000 }],
    [from("1", 4, [], 3_000), "unproven", { nowMs: 7_500 }],
    [from("1", 5, echo(84), 4_000), "stale-echo", { nowMs: 8_000 }],
    [from("1", 6, echo(99), 5_000), "accepted", { nowMs: 9_000 }],
    [from("1", 7, [], 6_000), "accepted", { nowMs: 12_000 }],
  ],
  "the last frame of a run that ended, and that we never knew, does not replace its successor": [
    [from("2", 1, echo(99)), "new boot"],
    [from("1", 9, echo(98)), "stale-echo"],
    [from("1", 9, echo(99)), "replayed"],
    [from("1", 10, echo(99)), "stale-echo"],
    [from("2", 2), "accepted"],
    [from("3", 1, echo(101)), "new boot", { sequence: 101 }],
    [from("2", 3, echo(101)), "retired", { sequence: 101 }],
  ],
  "nor where it had heard more of us than the first frame of its successor": [
    [from("2", 1, echo(98)), "new boot"],
    [from("1", 9, echo(100)), "stale-echo", { sequence: 101 }],
    [from("2", 2), "accepted", { sequence: 101 }],
    [from("1", 10, echo(101)), "new boot", { sequence: 101 }],
  ],
  "what a run echoes in any of its frames, its successor has to exceed": [
    [from("1", 1, echo(90)), "new boot"],
    [from("1", 2, echo(99)), "accepted"],
    [from("1", 3, echo(103)), "accepted", { sequence: 104 }],
    [from("2", 1, echo(103)), "stale-echo", { sequence: 104 }],
    [from("2", 2, echo(104)), "new boot", { sequence: 104 }],
  ],
  "a boot counts from its first frame that echoes us": [
    [from("1", 1), "unproven"],
    [from("1", 2, echo(100)), "new boot"],
    [from("1", 3), "accepted"],
  ],
  "then only higher sequences count": [
    [from("1", 5, echo(99)), "new boot"],
    [from("1", 5, echo(99)), "replayed"],
    [from("1", 4, echo(99)), "old"],
    [from("1", 900), "accepted"],
    [from("1", 899), "old"],
  ],
  "the last sequence is the end of a boot, and a new boot goes on": [
    [from("1", 0xffffffff, echo(99)), "new boot"],
    [from("1", 1, echo(99)), "old"],
    [from("1", 0xffffffff, echo(99)), "replayed"],
    [from("2", 1, echo(101)), "new boot", { sequence: 101 }],
  ],
  "an echo is recent within its window, to the frame": [
    [from("1", 1, echo(84)), "stale-echo"],
    [from("1", 2, echo(101)), "stale-echo"],
    [from("1", 3, echo(85)), "new boot"],
  ],
  "the echo of another boot of ours proves nothing": [
    [from("1", 1, echo(100, "00000000000000ab")), "unproven"],
  ],
  "a recording of another day never revives a node": [
    [from("1", 7, echo(100, "00000000000000dd")), "unproven"],
    [from("1", 8, echo(100, "00000000000000dd")), "unproven"],
    [from("1", 9), "unproven"],
  ],
  "a restarted node is mute until it echoes us, and its former boot goes on counting": [
    [from("1", 50, echo(90)), "new boot"],
    [from("2", 1), "unproven"],
    [from("1", 51), "accepted"],
    [from("2", 2, echo(100)), "stale-echo"],
    [from("2", 3, echo(101)), "new boot", { sequence: 101 }],
  ],
  "a boot that was replaced never comes back, however recent its echo": [
    [from("1", 50, echo(98)), "new boot"],
    [from("2", 1, echo(101)), "new boot", { sequence: 102 }],
    [from("1", 51, echo(102)), "retired", { sequence: 102 }],
    [from("3", 1, echo(103)), "new boot", { sequence: 103 }],
    [from("1", 52, echo(103)), "retired", { sequence: 103 }],
    [from("2", 2, echo(103)), "retired", { sequence: 103 }],
  ],
  "the frame that proved a boot cannot be one that was seen before": [
    [from("1", 5), "unproven"],
    [from("1", 5, echo(100)), "replayed"],
    [from("1", 4, echo(100)), "old"],
    [from("1", 6, echo(100)), "new boot"],
  ],
  "after a pause, what was said before it proves nothing": [
    [from("1", 1, echo(100)), "stale-echo", { sequence: 101, recentFrom: 101 }],
    [from("1", 2, echo(101)), "new boot", { sequence: 101, recentFrom: 101 }],
  ],
  "our own frames and another's under our id are told apart": [
    [{ ...from("1", 1), node: "us", boot: own }, "reflected"],
    [{ ...from("1", 1), node: "us" }, "same-node"],
  ],
  "nodes do not disturb each other": [
    [from("1", 5, echo(100)), "new boot"],
    [{ ...from("2", 1, echo(100)), node: "c" }, "new boot"],
    [from("1", 6), "accepted"],
    [{ ...from("2", 2), node: "c" }, "accepted"],
  ],
};

for (const [name, steps] of Object.entries(plays)) test(name, () => void play(steps));

test("two nodes that start accept each other with their second frames", () => {
  let [a, b]: [Freshness, Freshness] = [noPeers, noPeers];
  const accepted: string[] = [];
  for (const sequence of [1, 2]) {
    const fromA = { ...from("a", sequence, [...heardList(a, 0)]), node: "a" };
    const fromB = { ...from("b", sequence, [...heardList(b, 0)]), node: "b" };
    const side = (node: string) => ({
      node,
      boot: node.repeat(16),
      sequence,
      recentFrom: 1,
      nowMs: 0,
      deadRatio: 3,
    });
    const atA = judge(a, fromB, side("a"));
    const atB = judge(b, fromA, side("b"));
    [a, b] = [atA.peers, atB.peers];
    if (atA.verdict.accepted) accepted.push(`a hears b at ${sequence}`);
    if (atB.verdict.accepted) accepted.push(`b hears a at ${sequence}`);
  }
  assert.deepEqual(accepted, ["a hears b at 2", "b hears a at 2"]);
});

test("a recorded conversation, replayed after our restart, is never accepted", () => {
  const boots = fc.constantFrom("1", "2", "3");
  const frames = fc.array(fc.tuple(boots, fc.integer({ min: 1, max: 50 }), fc.nat(100)));
  fc.assert(
    fc.property(frames, (recorded) => {
      const restarted = { ...us, boot: "00000000000000bb" };
      recorded.reduce((peers, [boot, sequence, echoed]) => {
        const { verdict, peers: after } = judge(
          peers,
          from(boot, sequence, echo(echoed)),
          restarted,
        );
        assert.ok(!verdict.accepted);
        return after;
      }, noPeers);
    }),
  );
});

test("of one boot accepted sequences only rise, whatever order frames come in", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 })), (sequences) => {
      let peers = noPeers;
      let last = 0;
      for (const sequence of sequences) {
        const { verdict, peers: after } = judge(peers, from("1", sequence, echo(100)), us);
        assert.equal(verdict.accepted, sequence > last);
        last = Math.max(last, sequence);
        peers = after;
      }
    }),
  );
});

const peer = (index: number, heard: Heard[]): SignedAdvertisement => ({
  ...from("1", 1, heard),
  node: `peer-${index}`,
  boot: `e${index.toString(16).padStart(15, "0")}`,
});

test("16 peers are kept; a seventeenth waits until one was silent for a minute", () => {
  const full = play(
    Array.from(
      { length: 16 },
      (_, index): Step => [peer(index, echo(100)), "new boot", { nowMs: index }],
    ),
  );
  const late = peer(16, echo(100));
  play([[late, "too-many-peers", { nowMs: 59_999 }]], full);
  const after = play([[late, "new boot", { nowMs: 60_000 }]], full);
  assert.equal(after.size, 16);
  assert.ok(!after.has("peer-0") && after.has("peer-16"));
});

test("recordings of many nodes keep no living one out", () => {
  const living = play([[peer(0, echo(100)), "new boot"]]);
  const flooded = play(
    Array.from({ length: 1000 }, (_, index): Step => [peer(index + 1, []), "unproven"]),
    living,
  );
  assert.equal(flooded.size, 16);
  assert.ok(flooded.has("peer-0"));
  play([[peer(2000, echo(100)), "new boot"]], flooded);
});

test("the heard-list has proven boots first, then the youngest, and never more than 20", () => {
  const some = play([
    [peer(1, echo(100)), "new boot", { nowMs: 1000 }],
    [peer(2, echo(100)), "new boot", { nowMs: 1300 }],
    [peer(3, []), "unproven", { nowMs: 1500 }],
  ]);
  const shown = heardList(some, 1600).map(({ node, ageMs, proven }) => [node, ageMs, proven]);
  assert.deepEqual(shown, [
    ["peer-2", 300, true],
    ["peer-1", 600, true],
    ["peer-3", 100, false],
  ]);
  const both = Array.from({ length: 16 }, (_, index): Step[] => [
    [peer(index, echo(100)), "new boot"],
    [{ ...peer(index, []), boot: `f${index.toString(16).padStart(15, "0")}` }, "unproven"],
  ]);
  const list = heardList(play(both.flat()), 0);
  assert.equal(list.length, 20);
  assert.ok(list.slice(0, 16).every(({ proven }) => proven));
});

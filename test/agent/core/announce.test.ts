/** R7: a node that hears us is told that we release it, and says so, before we do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { announce, knows, landed } from "../../../agent/core/announce.ts";
import type { Peer } from "../../../agent/core/peers.ts";
import type { AddressState, State } from "../../../agent/core/state.ts";
import { begun, hears, ip } from "./settings.ts";

const addressOf = ({ addresses }: State): AddressState => {
  const address = addresses.get(ip);
  assert.ok(address);
  return address;
};

/** The other, which has heard so many of our frames, as it hears us at a moment. */
const linked = (now: number, sequence: number): State =>
  hears(
    { ...begun, now, sequence: 7 },
    { heard: [{ node: "lb1", boot: "self", sequence, ageMs: 0, proven: true }] },
  );

test("who is not linked cannot be told, and is released as it is", () => {
  assert.ok(knows(begun, addressOf(begun), "lb2"));
});

test("who is linked knows once it has heard the frame that told it first", () => {
  const before = linked(10_000, 7);
  assert.ok(!knows(before, addressOf(before), "lb2"));
  const { state, address } = announce(before, addressOf(before), "lb2");
  assert.deepEqual(state.releases, [{ whom: "lb2", ip, count: 1, until: 13_000 }]);
  assert.equal(state.advertiseAt, 10_000);
  assert.ok(!knows(state, address, "lb2"));
  assert.ok(knows({ ...linked(11_000, 8), releases: state.releases }, address, "lb2"));
});

test("it is told again after a dead interval, for which it waits", () => {
  const before = linked(10_000, 7);
  const { state, address } = announce(before, addressOf(before), "lb2");
  const later = (now: number): State => ({ ...linked(now, 8), releases: state.releases });
  assert.equal(announce(later(12_999), address, "lb2").address, address);
  assert.ok(!knows(later(13_000), address, "lb2"));
  const again = announce(later(13_000), address, "lb2");
  assert.equal(again.state.releases[0]?.until, 16_000);
});

/** The peer whose frames tell of these releases, the newest first. */
const telling = (...counts: number[]): Peer => {
  const peer = linked(10_000, 7).peers.get("lb2");
  assert.ok(peer);
  return { ...peer, releases: counts.map((count) => ({ whom: `lb${count}`, ip, count })) };
};

test("a release that a peer tells of no more has landed", () => {
  const landedBy = (before: Peer, after: Peer) => landed(begun, ip, before, after);
  assert.deepEqual(landedBy(telling(3, 2), telling(3)), ["lb2"]);
  assert.deepEqual(landedBy(telling(3), telling()), ["lb3"]);
  assert.deepEqual(landedBy(telling(3), { ...telling(), boot: "another" }), []);
});

test("one that four newer ones pushed out of the frames may be under way still", () => {
  const before = telling(4, 3, 2, 1);
  assert.deepEqual(landed(begun, ip, before, telling(5, 4, 3, 2)), []);
  assert.deepEqual(landed(begun, ip, before, telling(4, 3, 2)), ["lb1"]);
});

test("of many addresses none is released before the node knows of that one", () => {
  const ips = Array.from({ length: 8 }, (_, n) => `203.0.113.${n + 1}`);
  const addressed = (one: string): AddressState => ({ ...addressOf(begun), ip: one });
  let state = linked(10_000, 7);
  const told = new Map<string, AddressState>();
  for (const one of ips) {
    const after = announce(state, addressed(one), "lb2");
    state = after.state;
    told.set(one, after.address);
  }
  // The other has heard the frame that came of it.
  const { releases } = state;
  const heard: State = { ...linked(10_100, 8), releases };
  const known = ips.filter((one) => knows(heard, told.get(one) ?? addressed(one), "lb2"));
  const inFrame = releases.map((one) => one.ip).sort();
  assert.deepEqual(known, inFrame);
  assert.ok(inFrame.length < ips.length, "frames have room for all of them: no case");
  // Once these have landed the others have their turn.
  const [late = ""] = ips.filter((one) => !inFrame.includes(one));
  const next = announce({ ...heard, now: 14_000 }, addressed(late), "lb2");
  assert.ok(next.state.releases.some((one) => one.ip === late));
});

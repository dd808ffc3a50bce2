/** What the cloud's log says of a failover, and the time that was the cloud's own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type CloudMove, cloudMs, failoverIn, movesSince } from "../../../lab/ordeal/moves.ts";
import { began, ended, labOf } from "./plain.ts";

test("moves are what was begun after the fault, with when the cloud and its router had done it", () => {
  const zero = Date.now() - 10_000;
  const events = [
    began("old", "attach", "lb1", 1000),
    ended("old", 1500),
    began("claim", "attach", "lb2", 5000),
    began("else", "create", "app1", 5100),
    ended("claim", 5800),
    began("other", "attach", "lb2", 5900, "mail"),
    ended("other", 5950),
    began("release", "detach", "lb1", 6000),
  ];
  const lab = labOf({ events, routed: new Map([["claim", zero + 5900]]) });
  const since = (at: number | undefined) => at && Math.round((at - zero) / 50) * 50;
  const moves = movesSince(lab, zero + 4000).map(({ at, doneAt, until, ...rest }) => ({
    ...rest,
    times: [at, doneAt, until].map(since),
  }));
  const [web, mail] = ["198.51.100.50", "198.51.100.51"];
  assert.deepEqual(moves, [
    { kind: "attach", address: web, host: "lb2", times: [5000, 5800, 5900] },
    { kind: "attach", address: mail, host: "lb2", times: [5900, 5950, 5950] },
    { kind: "detach", address: web, host: "lb1", times: [6000, undefined, undefined] },
  ]);
});

const move = (kind: CloudMove["kind"], host: string, at: number, until?: number): CloudMove => ({
  kind,
  address: "A",
  host,
  at,
  doneAt: until,
  until,
});

test("what the cloud does at once counts once", () => {
  const claim = (at: number, until?: number) => move("attach", "lb2", at, until);
  assert.equal(cloudMs([]), 0);
  assert.equal(cloudMs([claim(0, 100), claim(200, 250)]), 150);
  assert.equal(cloudMs([claim(50, 140), claim(0, 100), claim(10, 20), claim(300)]), 140);
});

test("a failover is the first claim and the first release of the dead one, however much follows", () => {
  const claim = move("attach", "lb2", 3000, 4000);
  const release = move("detach", "lb1", 4200, 5200);
  const later = [
    move("detach", "lb2", 6000, 7000),
    move("attach", "lb2", 8000, 9000),
    move("detach", "lb1", 9000, 9900),
  ];
  assert.deepEqual(failoverIn([claim, release, ...later], "lb1"), [claim, release]);
  assert.equal(cloudMs(failoverIn([claim, release, ...later], "lb1")), 2000);
  assert.deepEqual(failoverIn([release], "lb1"), [release]);
  assert.deepEqual(failoverIn(later.slice(0, 1), "lb1"), []);
});

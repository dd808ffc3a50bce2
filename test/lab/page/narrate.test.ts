/** What an agent says, told once, in its own words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { newsOf } from "../../../lab/page/narrate.ts";
import { address, view } from "./script.ts";

const texts = (...[before, after]: Parameters<typeof newsOf>) =>
  newsOf(before, after).map(({ text }) => text);

const calm = view("lb2", false);

test("the same view again is no news", () => {
  assert.deepEqual(texts(calm, view("lb2", false)), []);
  assert.deepEqual(texts(null, null), []);
});

test("one that comes or goes says where it stands", () => {
  assert.deepEqual(texts(null, calm), ["answers", "backup: stands by"]);
  assert.deepEqual(texts(calm, null), ["does not answer"]);
});

test("a silent peer, a new reason and a problem are each told", () => {
  const peers = [{ name: "lb1", heard: false, bothWays: false }];
  const addresses = [{ ip: address, role: "backup", holds: false, why: "the holder fell silent" }];
  const problems = [
    { text: "hears nothing from lb1", fix: "on lb1: systemctl status baton" },
    { text: "the cloud's API fails: 503", fix: "baton-agent check -online" },
  ];
  const after = { ...calm, peers, addresses, problems };
  assert.deepEqual(texts(calm, after), [
    "hears nothing from lb1 any more",
    "backup: the holder fell silent",
    "the cloud's API fails: 503",
  ]);
  assert.deepEqual(texts(after, calm), ["hears lb1, both ways", "backup: stands by"]);
});

test("that a peer was never heard is told by nothing else", () => {
  const text = "never heard: lb1. Heartbeat blocked?";
  const peers = [{ name: "lb1", heard: false, bothWays: false }];
  const deaf = { ...calm, peers };
  assert.deepEqual(texts(deaf, { ...deaf, problems: [{ text, fix: "the rule" }] }), [text]);
});

test("one way is not both ways", () => {
  const peers = [{ name: "lb1", heard: true, bothWays: false }];
  assert.deepEqual(texts(calm, { ...calm, peers }), ["lb1 does not hear it"]);
});

test("sickness says which check, maintenance and handover say so", () => {
  const sick = { ...calm, healthy: false, checks: ["port 80 refuses"] };
  assert.deepEqual(texts(calm, sick), ["is sick: port 80 refuses"]);
  assert.deepEqual(texts(sick, calm), ["is healthy"]);
  assert.deepEqual(texts(calm, { ...calm, maintenance: true }), ["goes into maintenance"]);
  assert.deepEqual(texts(calm, { ...calm, resigning: true }), ["hands over"]);
});

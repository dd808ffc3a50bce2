/** The page of `baton status`, as people read it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { showStatus } from "../../../cli/operate/show-status.ts";
import { judge } from "../../../operate/judge.ts";
import { plain } from "../../../stack/diagnostic.ts";
import { peer } from "../../agent/status/sample.ts";
import { answers, type Changes, idOf, instance, seen, stackOf } from "../../operate/scene.ts";

const stack = stackOf();

function page(changes: Changes): string {
  const snapshot = seen(stack, changes);
  return showStatus(snapshot, judge(stack, snapshot), plain);
}

const moved = {
  kind: "moved",
  at: Date.UTC(2026, 10, 21, 12, 59, 30, 250),
  ip: "203.0.113.7",
  detectMs: 3010,
  claimMs: 1100,
  confirmMs: 40,
  why: "the holder fell silent",
} as const;

test("all is well", () => {
  const changes = { hosts: { lb1: { agent: answers("lb1", { moves: [moved] }) } } };
  assert.equal(
    page(changes),
    `shop, as the cloud shows it
  203.0.113.7      web  held by lb1

node  instance  role    health  hears  why
lb1   running   master  well    lb2    holds, as elected
lb2   running   backup  well    lb1    stands by

app servers: app1 running

last moves
  2026-11-21T12:59:30Z  203.0.113.7 to lb1: the holder fell silent \
(3.0 s after the last frame, claimed in 1.1 s, seen 40 ms later)

nothing is wrong`,
  );
});

test("a move of which the holder told is not counted from a silence", () => {
  const told = { ...moved, detectMs: 0, why: "the holder gives way" } as const;
  const text = page({ hosts: { lb1: { agent: answers("lb1", { moves: [told] }) } } });
  assert.match(text, /the holder gives way \(claimed in 1\.1 s, seen 40 ms later\)/);
});

test("where a node was not asked, not all is said to be well", () => {
  const unreachable = { kind: "unreachable", why: "Permission denied" } as const;
  const text = page({ hosts: { lb2: { agent: unreachable } } });
  assert.match(text, /^note {3}lb2: not asked.*\n.*\nnothing that was seen is wrong$/m);
});

test("what is wrong, where, and what to do", () => {
  const unreachable = { kind: "unreachable", why: "Connection timed out" } as const;
  const alone = answers("lb1", {
    peers: [peer({ id: idOf("lb2"), name: "shop-lb2", heard: false })],
  });
  const changes = { hosts: { lb1: { agent: alone }, lb2: { agent: unreachable } } };
  assert.equal(
    page(changes),
    `shop, as the cloud shows it
  203.0.113.7      web  held by lb1

node  instance  role    health  hears   why
lb1   running   master  well    nobody  holds, as elected
lb2   running   ?       ?       ?       Connection timed out

app servers: app1 running

wrong  lb2: neither its peers nor SSH reach it: Connection timed out
       fix: \`exo compute instance reboot shop-lb2\`; its console shows more`,
  );
});

test("what programs and the cloud say moves no cursor", () => {
  const evil = { kind: "unreachable", why: "\x1b[2Jgone" } as const;
  const off = instance("lb1", { name: "\x1b[8mshop", state: "\x1b[8moff", running: false });
  const hosts = { lb1: { instance: off }, lb2: { agent: evil } };
  const text = page({ hosts, strangers: [] });
  assert.ok(text.includes("?[2Jgone") && !text.includes("\x1b"));
  const problem = { text: "it is full", fix: "look\x1b[2J" };
  const says = page({ hosts: { lb1: { agent: answers("lb1", { problems: [problem] }) } } });
  assert.ok(says.includes("fix: look?[2J") && !says.includes("\x1b"));
});

/** What is wrong with a stack, from what was seen of it: one case for each thing that can be. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "../../operate/judge.ts";
import { peer } from "../agent/status/sample.ts";
import { answers, type Changes, idOf, instance, seen, stackOf } from "./scene.ts";

/** Each finding as `wrong WHERE: WHAT`. */
const findingsOf = (changes: Changes, stack = stackOf()): string[] =>
  judge(stack, seen(stack, changes)).map(({ level, where, what }) => `${level} ${where}: ${what}`);

test("where all is well nothing is found", () => assert.deepEqual(findingsOf({}), []));

const unreachable = { kind: "unreachable", why: "Connection timed out" } as const;
const stopped = { ...instance("lb2"), state: "stopped", running: false };
const silence = {
  text: "hears nothing from shop-lb2",
  fix: "on shop-lb2: systemctl status baton",
};

const cases: readonly (readonly [string, Changes, readonly string[]])[] = [
  [
    "an address that the cloud does not know",
    { known: false },
    ["wrong 203.0.113.7: the cloud has no 203.0.113.7 here"],
  ],
  ["nobody holds", { holders: [] }, ["wrong 203.0.113.7: held by nobody"]],
  ["two hold", { holders: ["lb1", "lb2"] }, ["wrong 203.0.113.7: held by lb1 and lb2"]],
  [
    "a stranger holds",
    { holders: ["mail"] },
    ["wrong 203.0.113.7: held by mail, which is no load balancer of this stack"],
  ],
  [
    "an instance is missing",
    { hosts: { app1: { instance: undefined } } },
    ["wrong app1: the cloud has no instance of app1"],
  ],
  [
    "an instance is off",
    { hosts: { lb2: { instance: stopped, agent: unreachable } } },
    ["wrong lb2: the instance is stopped: it can take nothing over"],
  ],
  [
    "SSH does not reach a node that its peer hears",
    { hosts: { lb2: { agent: unreachable } } },
    ["unseen lb2: not asked: Connection timed out"],
  ],
  [
    "neither SSH nor its peer reaches the holder",
    {
      holders: ["lb2"],
      hosts: {
        lb1: { agent: answers("lb1", { peers: [peer({ id: idOf("lb2"), heard: false })] }) },
        lb2: { agent: unreachable },
      },
    },
    [
      "wrong 203.0.113.7: held by lb2, which neither its peers nor SSH reach",
      "wrong lb2: neither its peers nor SSH reach it: Connection timed out",
    ],
  ],
  [
    "neither SSH nor its peer reaches a node",
    {
      hosts: {
        lb1: { agent: answers("lb1", { peers: [peer({ id: idOf("lb2"), heard: false })] }) },
        lb2: { agent: unreachable },
      },
    },
    ["wrong lb2: neither its peers nor SSH reach it: Connection timed out"],
  ],
  [
    "an agent is stopped",
    { hosts: { lb2: { agent: { kind: "silent", why: "no agent" } } } },
    ["wrong lb2: its agent does not answer: no agent", "note shop: only one load balancer is well"],
  ],
  [
    "an agent says what is wrong",
    {
      hosts: {
        lb2: {
          agent: answers("lb2", {
            problems: [
              { text: "this host's clock is off by 90 s", fix: "timedatectl set-ntp true" },
            ],
          }),
        },
      },
    },
    ["wrong lb2: this host's clock is off by 90 s"],
  ],
  [
    "a peer that was replaced is no fault",
    {
      hosts: {
        lb1: {
          agent: answers("lb1", {
            problems: [silence],
            peers: [peer({ id: "of-the-old-one", heard: false }), peer({ id: idOf("lb2") })],
          }),
        },
      },
    },
    [],
  ],
  [
    "a peer that is there and silent is one",
    {
      hosts: {
        lb1: {
          agent: answers("lb1", {
            problems: [silence],
            peers: [peer({ id: idOf("lb2"), heard: false })],
          }),
        },
      },
    },
    ["wrong lb1: hears nothing from shop-lb2"],
  ],
  [
    "a node in maintenance",
    { hosts: { lb2: { agent: answers("lb2", { maintenance: true }) } } },
    [
      "note lb2: in maintenance: it takes nothing over",
      "note shop: only one load balancer is well",
    ],
  ],
  [
    "another stack's agent",
    { hosts: { lb2: { agent: answers("lb2", { stack: "other" }) } } },
    ["wrong lb2: its agent is of the stack other"],
  ],
  [
    "agents of two versions",
    { hosts: { lb2: { agent: answers("lb2", { version: "0.0.9" }) } } },
    ["note shop: agents of 2 versions: 0.1.0 on lb1; 0.0.9 on lb2"],
  ],
  [
    "an instance that the stack file no longer has",
    { strangers: [instance("lb3")] },
    ["note shop-lb3: shop-lb3 carries this stack's label, and the stack file has no lb3"],
  ],
];

test("a holder that nobody reaches is released by hand once another holds", () => {
  const lb1 = { agent: answers("lb1", { peers: [peer({ id: idOf("lb2"), heard: false })] }) };
  const lost = { holders: ["lb2"], hosts: { lb1, lb2: { agent: unreachable } } };
  const [first] = judge(stackOf(), seen(stackOf(), lost));
  assert.match(
    first?.fix ?? "",
    /if not, `sudo baton-agent claim` there, then `sudo baton-agent release -instance shop-lb2`$/,
  );
});

test("a node that this desk may not ask is neither rebooted nor released, though it is missed", () => {
  const lb1 = { agent: answers("lb1", { peers: [peer({ id: idOf("lb2"), heard: false })] }) };
  const agent = { kind: "unreachable", why: "another key", fix: "mend the desk" } as const;
  const found = judge(
    stackOf(),
    seen(stackOf(), { holders: ["lb2"], hosts: { lb1, lb2: { agent } } }),
  );
  const unasked = found.find(({ where }) => where === "lb2");
  assert.deepEqual([unasked?.level, unasked?.fix], ["unseen", "mend the desk"]);
  assert.doesNotMatch(found.map(({ fix }) => fix).join(), /reboot|release/);
});

for (const [title, changes, expected] of cases)
  test(title, () => assert.deepEqual(findingsOf(changes), expected));

test("before `pulumi up` one finding says so, and not one for each host", () => {
  const none = { instance: undefined, agent: unreachable };
  const hosts = { lb1: none, lb2: none, app1: none };
  assert.deepEqual(findingsOf({ hosts, holders: [], known: false }), [
    "wrong 203.0.113.7: the cloud has no 203.0.113.7 here",
    "wrong shop: the cloud has none of its hosts",
  ]);
});

test("one load balancer alone is told so, and holders may be two where they share", () => {
  assert.deepEqual(findingsOf({}, stackOf("nodes: 1")), [
    "note shop: one load balancer alone: nobody can take over",
  ]);
  const shared = stackOf("nodes: 2\nelection: { hold: shared }");
  assert.deepEqual(findingsOf({ holders: ["lb1", "lb2"] }, shared), []);
});

test("every finding says what to do", () => {
  const stack = stackOf();
  for (const [, changes] of cases)
    for (const { fix } of judge(stack, seen(stack, changes))) assert.notEqual(fix, "");
});

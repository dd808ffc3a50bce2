/** When a roll or a drill begins, and with whom: nothing is touched where it would be an outage. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { budgetOf, sceneOf } from "../../operate/drill/scene.ts";
import { turnsOf } from "../../operate/roll/plan.ts";
import { isLinked } from "../../operate/snapshot.ts";
import { peer } from "../agent/status/sample.ts";
import { answers, type Changes, idOf, instance, seen, stackOf } from "./scene.ts";

const stack = stackOf();
const turns = (changes: Changes, of = stack) => turnsOf(of, seen(of, changes));
const sick = answers("lb2", { healthy: false });
const cutOff = answers("lb2", {
  api: { reachable: false, error: "timed out", calls: 9, clockAheadMs: undefined },
});
const off = { ...instance("lb2"), state: "stopped", running: false };
const unreachable = { kind: "unreachable", why: "Connection timed out" } as const;

test("the holder goes last", () => {
  assert.deepEqual(turns({}), [
    { node: "lb2", holds: false },
    { node: "lb1", holds: true },
  ]);
  assert.deepEqual(
    turns({ holders: ["lb2"] }).map(({ node }) => node),
    ["lb1", "lb2"],
  );
});

test("who is sick, in maintenance or off goes first: a roll that stopped goes on with it", () => {
  const maintenance = answers("lb2", { maintenance: true });
  for (const lb2 of [
    { agent: sick },
    { agent: maintenance },
    { agent: unreachable, instance: off },
  ])
    assert.equal(turns({ hosts: { lb2 } })[0]?.node, "lb2");
});

const refusals: readonly (readonly [string, Changes, RegExp])[] = [
  [
    "both are sick",
    { hosts: { lb1: { agent: answers("lb1", { healthy: false }) }, lb2: { agent: sick } } },
    /not well: lb1, lb2/,
  ],
  [
    "the holder is the sick one",
    { holders: ["lb2"], hosts: { lb2: { agent: sick } } },
    /lb2 holds the address and is not well/,
  ],
  ["SSH does not reach one", { hosts: { lb2: { agent: unreachable } } }, /not asked: lb2/],
];

for (const [title, changes, message] of refusals)
  test(`no roll where ${title}`, () => assert.throws(() => turns(changes), message));

test("no roll and no drill of one load balancer", () => {
  const one = stackOf("nodes: 1");
  assert.throws(() => turns({}, one), /a roll takes two load balancers.*nothing was touched/);
  assert.throws(() => sceneOf(one, seen(one)), /a drill takes two load balancers/);
});

test("a node is back when it is well and linked with all that there are", () => {
  const linked = (peers: Parameters<typeof peer>[0][]): boolean =>
    isLinked(
      seen(stack, { hosts: { lb2: { agent: answers("lb2", { peers: peers.map(peer) }) } } }),
      "lb2",
    );
  assert.ok(linked([{ id: idOf("lb1") }]));
  assert.ok(linked([{ id: idOf("lb1") }, { id: "replaced", bothWays: false }]));
  assert.ok(!linked([{ id: idOf("lb1"), bothWays: false }]));
  assert.ok(!linked([]), "who knows nobody hears nobody");
});

test("a drill takes the one holder, where somebody can take over", () => {
  assert.equal(sceneOf(stack, seen(stack)).holder.host, "lb1");
  const refused: readonly (readonly [Changes, RegExp])[] = [
    [{ holders: [] }, /203\.0\.113\.7 is not held by one load balancer/],
    [{ holders: ["mail"] }, /is not held by one load balancer/],
    [{ hosts: { lb2: { agent: sick } } }, /nobody is seen to be well who could take over from lb1/],
    [{ hosts: { lb2: { agent: cutOff } } }, /nobody is seen to be well who could take over/],
    [
      { hosts: { lb2: { instance: off, agent: unreachable } } },
      /lb2 is stopped already; a drill that/,
    ],
  ];
  for (const [changes, message] of refused)
    assert.throws(() => sceneOf(stack, seen(stack, changes)), message);
});

test("where several hold at once, a drill says what measures that instead", () => {
  const shared = stackOf("nodes: 2\nelection: { hold: shared }");
  assert.throws(
    () => sceneOf(shared, seen(shared, { holders: ["lb1", "lb2"] })),
    /with `hold: shared` several hold at once.*nothing was touched; `npx baton maintenance STACK/,
  );
});

test("the budget is the agents' limit, and 5 s of the cloud's own", () => {
  assert.equal(budgetOf(stack), 3 * 1000 * 1.05 + 5000);
  assert.equal(budgetOf(stackOf("election: { interval: 200ms, dead-ratio: 5 }")), 1050 + 5000);
});

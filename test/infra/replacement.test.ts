/** The verdict on an update, as a table and as properties. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  caveat,
  judge,
  mayLeave,
  type NodeChange,
  type Proposal,
  unknownHost,
} from "../../infra/replacement.ts";

const node = (name: string, planned: string | undefined, recorded?: string): NodeChange => ({
  node: name,
  planned: { userData: planned },
  recorded: recorded === undefined ? undefined : { userData: recorded },
});

const propose = (nodes: readonly NodeChange[], permitted?: string, removed: string[] = []) =>
  judge({ nodes, removed, permitted: permitted === undefined ? undefined : [permitted] });

test("a new stack, an unchanged one and one changed load balancer go ahead", () => {
  const fine = { ok: true, replaced: [], held: [] };
  assert.deepEqual(propose([node("lb1", "a"), node("lb2", "b")]), fine);
  assert.deepEqual(propose([node("lb1", "a", "a"), node("lb2", "b", "b")]), fine);
  const one = propose([node("lb1", "a", "a"), node("lb2", "c", "b")]);
  assert.deepEqual(one, { ok: true, replaced: ["lb2"], held: [] });
});

test("what is not known yet counts as changed", () => {
  assert.ok(!propose([node("lb1", undefined, "a"), node("lb2", undefined, "b")]).ok);
});

test("a name that nobody has is an error that lists the names", () => {
  const message = unknownHost(["lb1", "lb22"], ["lb1", "lb2", "app1"]);
  assert.match(message ?? "", /names lb22.*\nfix: did you mean lb2\? hosts: lb1, lb2, app1/);
  assert.equal(unknownHost(["app1", "lb1"], ["lb1", "lb2", "app1"]), undefined);
});

test("two that are removed at once are stopped, whatever is named", () => {
  for (const permitted of [undefined, "lb1", "lb2"]) {
    const verdict = propose([node("lb1", "a", "a")], permitted, ["lb2", "lb3"]);
    assert.ok(!verdict.ok);
    assert.match(verdict.message, /fix: remove one load balancer from the stack file at a time/);
  }
});

const names = ["lb1", "lb2", "lb3", "lb4"];
const value = fc.constantFrom("a", "b");
const proposal: fc.Arbitrary<Proposal> = fc.record({
  nodes: fc
    .subarray(names, { minLength: 1 })
    .chain((chosen) =>
      fc.tuple(
        ...chosen.map((name) =>
          fc
            .tuple(fc.option(value, { nil: undefined }), fc.option(value, { nil: undefined }))
            .map(([planned, recorded]) => node(name, planned, recorded)),
        ),
      ),
    ),
  removed: fc.subarray(["old1", "old2"]),
  permitted: fc.option(fc.subarray([...names, "old1"]), { nil: undefined }),
});

test("whatever is proposed: at most one load balancer leaves service, and only the named one", () => {
  fc.assert(
    fc.property(proposal, (one) => {
      const verdict = judge(one);
      if (!verdict.ok) return;
      assert.ok(verdict.replaced.length + one.removed.length <= 1);
      if (one.permitted !== undefined)
        assert.ok(verdict.replaced.every((name) => one.permitted?.includes(name)));
      for (const { node: name, recorded, planned } of one.nodes) {
        const changes = recorded !== undefined && planned.userData !== recorded.userData;
        assert.equal([...verdict.replaced, ...verdict.held].includes(name), changes, name);
      }
    }),
  );
});

test("the advice of a refusal leads out of it", () => {
  fc.assert(
    fc.property(proposal, (one) => {
      const verdict = judge({ ...one, permitted: undefined });
      if (verdict.ok) return;
      const [, advised] = /baton:replace (\S+)`/.exec(verdict.message) ?? [];
      if (advised !== undefined) assert.ok(judge({ ...one, permitted: [advised] }).ok);
      else assert.ok(one.removed.length > 1);
    }),
  );
});

test("the last load balancer that runs stays; a dead one may go", () => {
  const seen = (lb1: boolean, lb2: boolean) => [
    { node: "lb1", running: lb1, holds: false, state: lb1 ? "running" : "error" },
    { node: "lb2", running: lb2, holds: false, state: lb2 ? "running" : "error" },
  ];
  assert.ok(mayLeave("lb1", seen(true, true), []).ok);
  assert.ok(!mayLeave("lb1", seen(true, false), []).ok);
  assert.ok(mayLeave("lb1", seen(false, false), []).ok);
  assert.ok(mayLeave("lb1", seen(true, false).slice(0, 1), []).ok, "there never was another");
  assert.ok(!mayLeave("lb1", seen(true, false).slice(0, 1), ["lb2"]).ok, "it has to boot first");
  assert.ok(mayLeave("lb1", seen(false, false).slice(0, 1), ["lb2"]).ok);
});

test("that the other one only runs is no sign that it is well; that it holds the address is", () => {
  const seen = (holds: boolean, running = true) => [
    { node: "lb1", running: true, holds: !holds, state: "running" },
    { node: "lb2", running, holds, state: "running" },
  ];
  assert.match(
    caveat("lb1", seen(false)) ?? "",
    /lb1 leaves .* is that lb2 runs, not that it is well/,
  );
  assert.equal(caveat("lb1", seen(true)), undefined);
  assert.equal(caveat("lb2", seen(false)), undefined);
  assert.equal(caveat("lb1", seen(false, false)), undefined, "it is refused");
});

/** The verdict on app servers: the last one that answers stays, unless all were named. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type FleetProposal, judgeAppServers } from "../../infra/app-servers.ts";
import type { NodeChange } from "../../infra/replacement.ts";

const server = (node: string, planned: string, recorded?: string): NodeChange => ({
  node,
  planned: { userData: planned },
  recorded: recorded === undefined ? undefined : { userData: recorded },
});

const both = [server("app1", "b", "a"), server("app2", "b", "a")];

const judged = (
  appServers: readonly NodeChange[],
  permitted?: readonly string[],
  removed: readonly string[] = [],
) => judgeAppServers({ appServers, removed, permitted });

test("all at once is stopped, and the message names whom to begin with", () => {
  const verdict = judged(both);
  assert.ok(!verdict.ok);
  assert.match(verdict.message, /^stopped before anything was changed: .*app1, app2 \(userData\)/);
  assert.match(verdict.message, /\nfix: name some, `pulumi config set baton:replace app1`/);
});

test("a new app server beside them changes nothing: it has to boot first", () => {
  assert.ok(!judged([...both, server("app3", "b")]).ok);
});

test("the named one goes ahead, the other is held; both named is an outage that was asked for", () => {
  assert.deepEqual(judged(both, ["app1"]), { ok: true, replaced: ["app1"], held: ["app2"] });
  const accepted = { ok: true, replaced: ["app1", "app2"], held: [] };
  assert.deepEqual(judged(both, ["app2", "app1"]), accepted);
});

test("a load balancer's turn is no turn of the app servers", () => {
  assert.deepEqual(judged(both, ["lb1"]), { ok: true, replaced: [], held: ["app1", "app2"] });
});

test("one alone may change; the last one may not be removed with the others", () => {
  assert.ok(judged([server("app1", "b", "a")]).ok);
  assert.ok(!judged([], undefined, ["app1", "app2"]).ok);
  assert.ok(!judged([server("app1", "b", "a")], ["app1"], ["app2"]).ok);
  assert.ok(judged([server("app1", "a", "a")], undefined, ["app2"]).ok);
});

const value = fc.constantFrom("a", "b");
const names = ["app1", "app2", "app3"];
const proposal: fc.Arbitrary<FleetProposal> = fc.record({
  appServers: fc.tuple(
    ...names.map((name) =>
      fc
        .tuple(value, fc.option(value, { nil: undefined }))
        .map(([planned, recorded]) => server(name, planned, recorded)),
    ),
  ),
  removed: fc.subarray(["old1", "old2"]),
  permitted: fc.option(fc.subarray([...names, "old1", "old2", "lb1"]), { nil: undefined }),
});

test("whatever is proposed: one that was there stays, or all that leave were named", () => {
  fc.assert(
    fc.property(proposal, (one) => {
      const verdict = judgeAppServers(one);
      if (!verdict.ok) return;
      const before = one.appServers.filter(({ recorded }) => recorded !== undefined);
      const staying = before.filter(({ node }) => !verdict.replaced.includes(node));
      const leaving = [...verdict.replaced, ...one.removed];
      const areNamed = leaving.every((name) => one.permitted?.includes(name));
      assert.ok(staying.length > 0 || leaving.length < 2 || areNamed);
    }),
  );
});

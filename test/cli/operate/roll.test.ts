/** A roll that is cut off, as whoever started it sees it: what it leaves, how the next begins. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { standUp } from "./stand.ts";

const roll = ["roll", "--no-measure", "--patience", "5"] as const;
const named = { "baton:replace": { value: "lb2", secret: false } };
const urn = "urn:pulumi:shop::baton::exoscale:index/computeInstance:ComputeInstance::shop-lb2";

/** What was done, without where. */
const deeds = (touched: readonly string[]): readonly string[] =>
  touched.map((line) => line.replace(/^\S+ sudo -n /, "").replace(/ --.*/, ""));

for (const onOldNode of [false, true])
  test(`Ctrl-C before a machine goes lets its node back in, and nobody stays named${
    onOldNode ? ", by another Node than the machine's" : ""
  }`, async (context) => {
    const stand = await standUp(context, { onOldNode });
    stand.engine({ preview: { steps: [{ op: "replace", urn }] } });
    const { status, stderr } = await stand.interrupted("maintenance on", ...roll);
    assert.equal(status, 130, stderr);
    assert.match(stderr, /ending after this step/);
    assert.match(stderr, /lb2 is let back into the election: the roll ends here/);
    assert.match(stderr, /cut off between two load balancers: nobody is out by a roll/);
    assert.deepEqual(deeds(stand.touched()), [
      "pulumi config set baton:replace lb2",
      "baton-agent maintenance on",
      "baton-agent maintenance off",
      "pulumi config rm baton:replace",
    ]);
  });

test("the roll after one that was killed lets the node back in, and goes on", async (context) => {
  const stand = await standUp(context);
  stand.engine({ preview: { steps: [{ op: "replace", urn }] } });
  assert.equal((await stand.killed("maintenance on", ...roll)).status, null);
  stand.engine({ config: named, preview: { steps: [] } });
  const { status, stdout, stderr } = await stand.baton(...roll);
  assert.equal(status, 0, stderr);
  assert.match(
    stderr,
    /lb2 is let back into the election: a roll that was cut off has left it out/,
  );
  assert.match(stdout, /^lb2: as it should be\nlb1: as it should be\n/);
  const [, , first, ...then] = deeds(stand.touched());
  assert.equal(first, "baton-agent maintenance off");
  assert.equal(then.at(-1), "pulumi config rm baton:replace");
});

test("a maintenance that began after a roll was killed in its preview is left", async (context) => {
  const stand = await standUp(context);
  stand.engine({ preview: "endless" });
  assert.equal((await stand.killed("config set baton:replace lb2", ...roll)).status, null);
  stand.agent("lb2", { maintenance: true });
  stand.engine({ config: named, preview: { steps: [] } });
  const { status, stderr } = await stand.baton(...roll);
  assert.equal(status, 1);
  assert.match(stderr, /lb2 is in maintenance, which no roll from this desk has put it in/);
  assert.ok(!stand.touched().some((line) => line.includes("maintenance")));
});

test("a program that fails in its preview is told in its own words", async (context) => {
  const stand = await standUp(context);
  const message = "error: agent.js: the agent bundle cannot be read\nfix: build it\n";
  const diagnostics = [{ severity: "error", message }];
  stand.engine({ preview: { steps: [], diagnostics, duration: 1, changeSummary: { same: 2 } } });
  const { status, stderr } = await stand.baton(...roll);
  assert.equal(status, 1);
  assert.match(stderr, /pulumi preview failed \(1\): .*agent\.js: the agent bundle cannot be read/);
  assert.doesNotMatch(stderr, /duration|changeSummary|[{}]/);
});

test("a note that cannot be kept keeps a roll from asking anything", async (context) => {
  const stand = await standUp(context);
  stand.engine({ preview: { steps: [{ op: "replace", urn }] } });
  stand.state("roll-shop.json/in the way");
  const { status, stderr } = await stand.baton(...roll);
  assert.equal(status, 1);
  assert.match(stderr, /roll-shop\.json cannot be written: /);
  assert.match(stderr, /fix: the next roll would not know what this one has left/);
  assert.ok(!stand.touched().some((line) => line.includes("maintenance")));
});

test("a node that somebody has put in maintenance is left so, and the roll says it", async (context) => {
  const stand = await standUp(context);
  stand.agent("lb2", { maintenance: true });
  const { status, stderr } = await stand.baton(...roll);
  assert.equal(status, 1);
  assert.match(stderr, /lb2 is in maintenance, which no roll from this desk has put it in/);
  assert.match(stderr, /fix: `npx baton maintenance STACK lb2 off`/);
  assert.ok(!stand.touched().some((line) => line.includes("maintenance")));
});

test("where nobody could take over, nothing is replaced and nobody stays named", async (context) => {
  const stand = await standUp(context);
  const api = { reachable: false, error: "timed out", calls: 9, clockAheadMs: undefined };
  stand.agent("lb1", { api });
  stand.engine({ preview: { steps: [{ op: "replace", urn }] } });
  const { status, stderr } = await stand.baton(...roll);
  assert.equal(status, 1);
  assert.match(stderr, /no other load balancer is seen to be well, so lb2 stays as it is/);
  assert.deepEqual(deeds(stand.touched()), [
    "pulumi config set baton:replace lb2",
    "pulumi config rm baton:replace",
  ]);
});

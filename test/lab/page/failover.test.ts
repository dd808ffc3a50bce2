/** The time line of a failover, from what cloud, agents, network and client have each seen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { followFailovers } from "../../../lab/page/failover.ts";
import { address, samples } from "./script.ts";

const fault = 1_700_000_000_000;

/** lb1 dies at the fault's moment; lb2 claims 2850 ms later. */
function hostDeath() {
  const follow = followFailovers({ intervalMs: 1000, limitMs: 3000 });
  for (const one of samples(fault - 20_000, fault)) follow.sample(one, address);
  follow.beat("lb1", "lb2", fault - 150);
  for (const one of samples(fault, fault + 4000, true)) follow.sample(one, address);
  follow.claimed(address, ["lb1"], "lb2", fault + 2850);
  return follow;
}

test("a host's death: every phase has its moment", () => {
  const follow = hostDeath();
  for (const one of samples(fault + 4000, fault + 9000)) follow.sample(one, address);
  const moved = { ip: address, detectMs: 2990, claimMs: 1000, confirmMs: 130 };
  follow.moved("lb2", { at: fault + 3975, ...moved });
  const [made] = follow.news(fault + 9000);
  assert.ok(made);
  const { cells, ...phases } = made;
  assert.deepEqual(phases, {
    id: 1,
    cause: "silent",
    ip: address,
    from: "lb1",
    to: "lb2",
    lastHeartbeat: fault + 2845 - 2990,
    detected: fault + 2845,
    claimSent: fault + 2850,
    confirmed: fault + 3975,
    firstFailed: fault,
    firstGood: fault + 4003,
    failed: 200,
  });
  const kinds = new Set(cells.row);
  assert.ok(kinds.has("good") && kinds.has("failed"));
  assert.ok(cells.row.length <= 90);
  assert.deepEqual(follow.news(fault + 9500), [], "nothing is new");
});

test("before the agent tells, what network and cloud saw is known already", () => {
  const [made] = hostDeath().news(fault + 3000);
  assert.deepEqual(
    [made?.lastHeartbeat, made?.detected, made?.confirmed, made?.firstGood],
    [fault - 150, undefined, undefined, undefined],
  );
});

test("a handover fails no request, and one of long ago is none of its own", () => {
  const follow = followFailovers({ intervalMs: 1000, limitMs: 3000 });
  for (const one of samples(fault - 20_000, fault - 15_000, true)) follow.sample(one, address);
  for (const one of samples(fault - 15_000, fault + 3000)) follow.sample(one, address);
  follow.claimed(address, ["lb1"], "lb2", fault);
  assert.equal(follow.news(fault + 3000)[0]?.failed, 0);
});

test("another agent's move, or one of another address, changes nothing", () => {
  const follow = hostDeath();
  const [before] = follow.news(fault + 4000);
  const moved = { at: fault + 3975, claimMs: 1000, confirmMs: 130 };
  follow.moved("lb1", { ip: address, ...moved });
  follow.moved("lb2", { ip: "198.51.100.51", ...moved });
  follow.moved("lb2", { ip: address, ...moved, at: fault - 60_000 });
  assert.equal(before?.confirmed, undefined);
  assert.deepEqual(follow.news(fault + 4000), []);
});

test("the first claim of all takes nothing over", () => {
  const follow = followFailovers({ intervalMs: 1000, limitMs: 3000 });
  follow.claimed(address, [], "lb1", fault);
  assert.deepEqual(follow.news(fault + 1000), []);
});

test("several addresses that move at once are followed side by side", () => {
  const second = "198.51.100.51";
  const follow = hostDeath();
  for (const one of samples(fault - 5000, fault + 5000)) follow.sample(one, second);
  follow.claimed(second, ["lb1"], "lb2", fault + 2900);
  follow.moved("lb2", { ip: second, at: fault + 3500, claimMs: 500, confirmMs: 100 });
  const made = follow.news(fault + 5000);
  assert.deepEqual(
    made.map(({ ip, claimSent, confirmed, failed }) => [ip, claimSent, confirmed, failed]),
    [
      [address, fault + 2850, undefined, 200],
      [second, fault + 2900, fault + 3500, 0],
    ],
  );
});

/** Every way in which an answer can break: the outcome, and what is true afterwards. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Trouble } from "../../../agent/cloud/cloud.ts";
import type { Effect } from "../../../lab/model/exoscale/fault.ts";
import { ids } from "../../lab/world.ts";
import { after, before, observe, pause, startDouble, toLb2, until, warmed } from "./double.ts";

/** What a broken answer means for a read, and for a change; and whether the change happens. */
const table: readonly {
  readonly name: string;
  readonly effect: Effect;
  readonly read: Trouble["kind"];
  readonly change: Trouble["kind"];
  readonly why?: string;
  readonly holders: readonly string[];
}[] = [
  {
    name: "500",
    effect: { kind: "error", status: 500 },
    read: "unreachable",
    change: "timeout-unknown",
    holders: before,
  },
  {
    name: "500 for a change that is made all the same",
    effect: { kind: "error", status: 500, applies: true },
    read: "unreachable",
    change: "timeout-unknown",
    holders: after,
  },
  {
    name: "503 for long",
    effect: { kind: "error", status: 503, retryAfterS: 30 },
    read: "unreachable",
    change: "timeout-unknown",
    holders: before,
  },
  {
    name: "429 with Retry-After",
    effect: { kind: "error", status: 429, retryAfterS: 7 },
    read: "refused",
    change: "refused",
    why: "rate-limited",
    holders: before,
  },
  {
    name: "a hang",
    effect: { kind: "hang" },
    read: "unreachable",
    change: "timeout-unknown",
    holders: before,
  },
  {
    name: "success whose answer is lost",
    effect: { kind: "answer-lost" },
    read: "unreachable",
    change: "timeout-unknown",
    holders: after,
  },
  {
    name: "success that answers after the time-out",
    effect: { kind: "slow-answer", ms: 500 },
    read: "unreachable",
    change: "timeout-unknown",
    holders: after,
  },
  {
    name: "a connection that breaks without an answer",
    effect: { kind: "unreachable" },
    read: "unreachable",
    change: "timeout-unknown",
    holders: before,
  },
  {
    name: "a reset in the middle of the body",
    effect: { kind: "cut" },
    read: "unreachable",
    change: "timeout-unknown",
    holders: after,
  },
  {
    name: "malformed JSON",
    effect: { kind: "malformed" },
    read: "unreachable",
    change: "timeout-unknown",
    holders: after,
  },
  {
    name: "a status that the API's document does not have",
    effect: { kind: "error", status: 418 },
    read: "refused",
    change: "refused",
    why: "invalid",
    holders: before,
  },
];

describe("broken answers", { concurrency: 8 }, () => {
  for (const { name, effect, read, change, why, holders } of table)
    test(name, async (t) => {
      const double = await warmed(await startDouble(t));
      const mend = double.fault(effect);
      const silent = ["hang", "answer-lost", "slow-answer"].includes(effect.kind);
      const ms = silent ? 300 : 3000;
      const seen = await observe(double, ms);
      assert.equal(seen.kind, read);
      const claimed = await double.cloud.claim(toLb2(ms));
      assert.equal(claimed.kind, change, JSON.stringify(claimed));
      for (const outcome of [seen, claimed])
        if (outcome.kind === "refused") assert.equal(outcome.why, why);
      assert.equal(double.sent("attach-instance-to-elastic-ip").length, 1, "no retry of its own");
      mend();
      if (holders === after) await until(() => double.holders(ids.address).includes(ids.lb2));
      else await pause(100);
      assert.deepEqual(double.holders(ids.address), holders);
      const again = await observe(double);
      assert.ok(again.kind === "done", "the next read works");
      const held = again.value.instances[ids.lb2]?.holds;
      assert.deepEqual(held, holders.includes(ids.lb2) ? [ids.address] : []);
    });

  test("Retry-After is given in milliseconds, for 429 and for 503", async (t) => {
    const double = await warmed(await startDouble(t));
    const mend = double.fault({ kind: "error", status: 429, retryAfterS: 7 });
    const limited = await double.cloud.claim(toLb2(3000));
    assert.ok(limited.kind === "refused" && limited.why === "rate-limited");
    assert.equal(limited.retryAfterMs, 7000);
    mend();
    double.fault({ kind: "error", status: 503, retryAfterS: 30 });
    const seen = await observe(double);
    assert.ok(seen.kind === "unreachable");
    assert.equal(seen.retryAfterMs, 30_000);
  });

  test("the cloud's own rate limit is told as such", async (t) => {
    const double = await startDouble(t, { rateLimit: { calls: 2, perMs: 60_000, retryAfterS: 3 } });
    await observe(double);
    const limited = await observe(double);
    assert.ok(limited.kind === "refused" && limited.why === "rate-limited");
    assert.equal(limited.retryAfterMs, 3000);
  });

  test("a read that fails for one candidate is no observation", async (t) => {
    const double = await startDouble(t);
    double.fault({ kind: "error", status: 500 }, { times: 1 });
    assert.equal((await observe(double)).kind, "unreachable");
  });
});

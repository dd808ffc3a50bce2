/** A run that is to end asks nothing more of the lab, so that it can be taken down at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Lab } from "../../../lab/lab.ts";
import { failOver } from "../../../lab/run/failover.ts";
import { standUp } from "../../../lab/run/stand-up.ts";
import { unless } from "../../../lab/run/unless.ts";
import type { Progress } from "../../../lab/view/progress.ts";
import { answered, clientOf, labOf } from "../ordeal/plain.ts";

const progress: Progress = { step: (_, work) => work(() => {}), say: () => {} };
const web = "198.51.100.50";

/** A lab whose hosts never boot; it notes what is asked of it. */
function endless(stop: AbortController, endsAt: string) {
  const asked: string[] = [];
  const ask = (what: string): void => {
    asked.push(what);
    if (what === endsAt) stop.abort();
  };
  const plain = labOf({ holders: { [web]: [["lb1"]] } });
  const lab = {
    ...plain,
    addresses: () => [web],
    settled: async () => ask("settled"),
    deployment: { isStandIn: true, up: async () => ask("up") },
    cloud: { ...plain.cloud, world: () => ({ elasticIps: {}, instances: { a: { id: "a" } } }) },
    holders: async (address: string) => {
      ask("holders");
      return plain.holders(address);
    },
    fabric: {
      isOn: () => true,
      untilBooted: () => {
        ask("boots");
        return new Promise(() => {});
      },
      powerOff: async () => ask("power off"),
      startHost: async () => ask("start"),
    },
  } as unknown as Lab;
  return { lab, asked };
}

test("standing up ends while hosts boot", async () => {
  const stop = new AbortController();
  const { lab, asked } = endless(stop, "boots");
  const { signal } = stop;
  await assert.rejects(standUp(lab, progress, { signal }), { name: "AbortError" });
  await pause(150);
  assert.deepEqual(asked, ["up", "settled", "boots"]);
});

test("a failover ends before the dead one is switched on again", async () => {
  const stop = new AbortController();
  const { lab, asked } = endless(stop, "power off");
  const traffic = [{ address: web, client: clientOf(() => [answered(0, Date.now())]) }];
  await assert.rejects(failOver(lab, traffic, progress, stop.signal), { name: "AbortError" });
  await pause(150);
  assert.deepEqual(asked, ["holders", "holders", "power off"]);
});

test("what is waited for is given, or the reason why it is waited for no more", async () => {
  assert.equal(await unless(undefined, Promise.resolve(1)), 1);
  assert.equal(await unless(new AbortController().signal, Promise.resolve(2)), 2);
  const never = new Promise<never>(() => {});
  await assert.rejects(unless(AbortSignal.abort(new Error("ended")), never), /ended/);
  await assert.rejects(unless(AbortSignal.timeout(5), never), { name: "TimeoutError" });
});

/**
 * The article's stack, stood up by the real engine in the lab: hosts boot from their user-data, a
 * client asks through the address every 20 ms, and what befalls load balancers befalls these. Who
 * holds at the end is read from the router's routes.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { mendApi } from "../../../lab/faults/api.ts";
import { verbs } from "../../../lab/faults/verbs.ts";
import { labWordsOf } from "../../docs/blocks.ts";
import { audit } from "./audit.ts";
import { type Bench, log, startBench, tellJournals, until } from "./bench.ts";
import {
  examines,
  findsTheRule,
  handsOver,
  keepsOut,
  rehearses,
  rolls,
  statusTells,
} from "./commands.ts";
import { outcomeOf, untilServed } from "./outcome.ts";
import { screensLeft } from "./screens.ts";

let bench: Bench;

const other = (host: string): string => (host === "lb1" ? "lb2" : "lb1");

before(async () => {
  bench = await startBench({
    example: "exoscale-elastic-ip-article",
    // Each scenario begins where the one before ended, and nobody goes back by himself meanwhile.
    changes: [[/^election:\n/m, "election:\n  preempt: false\n"]],
  });
});

after(() => bench?.down());

beforeEach(() => audit(bench));

afterEach(async (context) => {
  if (!("passed" in context) || context.passed) return;
  await tellJournals(bench.lab);
  // The next one begins with sound hosts all the same.
  await bench.say("heal");
});

test("requests through the address are answered by all three app servers", async () => {
  const { byBackend, failed } = bench.client().summary();
  assert.deepEqual(Object.keys(byBackend).sort(), ["app1", "app2", "app3"]);
  assert.equal(failed, 0);
});

test("the holder dies: the other claims, and releases the dead one", async () => {
  const holder = await bench.holder();
  const next = other(holder);
  const seen = await outcomeOf(bench, "host death", next, () => bench.say("kill", holder));
  assert.deepEqual([seen.attaches, seen.detaches], [1, 1]);
  await bench.say("boot", holder);
});

test("the instance is stopped and started through the cloud's API: the text's own test", async () => {
  const holder = await bench.holder();
  const next = other(holder);
  const seen = await outcomeOf(bench, "stop through the API", next, () =>
    bench.say("stop", holder),
  );
  // It hands over while its proxy still serves.
  assert.deepEqual([seen.attaches, seen.detaches, seen.failed], [1, 1, []]);
  await bench.say("start", holder);
});

test("the holder freezes for 10 s: the other takes over, and nobody is without it after", async () => {
  const holder = await bench.holder();
  const next = other(holder);
  await outcomeOf(bench, "freeze of 10 s", next, async () => {
    await bench.say("freeze", holder);
    await wait(10_000);
    await bench.say("thaw", holder);
  });
});

/** Nobody can tell a holder that is cut off from one that is dead: the address moves, once. */
async function movesUnheard(title: string, cutFor: () => Promise<unknown>): Promise<void> {
  const next = other(await bench.holder());
  const seen = await outcomeOf(bench, title, next, async () => {
    await cutFor();
    // Hearing each other again must move nothing.
    await wait(4000);
  });
  assert.deepEqual([seen.attaches, seen.failed], [1, []]);
  // The old holder is released by the new one, by itself when it hears of it, or by both at once.
  assert.ok(seen.detaches === 1 || seen.detaches === 2, `${seen.detaches} releases`);
}

test("a split of 10 s: one move, without a request that fails", () =>
  movesUnheard("split of 10 s", async () => {
    await bench.say("cut", "lb1", "lb2");
    await wait(10_000);
    await bench.say("mend", "lb1", "lb2");
  }));

test("a split of 4.2 s, just over the dead interval: one holder, no request fails", async () => {
  const at = Date.now();
  await bench.say("cut", "lb1", "lb2");
  await wait(4200);
  await bench.say("mend", "lb1", "lb2");
  await wait(4000);
  // Whether the claim was done before they heard each other again is chance; both ends are right.
  const seen = await outcomeOf(
    bench,
    "split of 4.2 s",
    await bench.soleHolder(),
    () => wait(1000),
    at,
  );
  assert.deepEqual([seen.attaches, seen.failed], [1, []]);
  assert.ok(seen.detaches === 1 || seen.detaches === 2, `${seen.detaches} releases`);
});

test("a cut from the holder to the other, one way: the same", async () => {
  const holder = await bench.holder();
  await movesUnheard("one-way cut of 10 s", async () => {
    await bench.say("cut", holder, other(holder), "one-way");
    await wait(10_000);
    await bench.say("mend", "lb1", "lb2");
  });
});

test("a cut from the other to the holder, one way, moves nothing", async () => {
  const holder = await bench.holder();
  const seen = await outcomeOf(bench, "one-way cut of 10 s, other side", holder, async () => {
    await bench.say("cut", other(holder), holder, "one-way");
    await wait(10_000);
    await bench.say("mend", "lb1", "lb2");
    await wait(4000);
  });
  assert.deepEqual([seen.attaches, seen.detaches, seen.failed], [0, 0, []]);
});

test("the API is down for 60 s as the holder dies: the claim comes when it is back", async () => {
  const holder = await bench.holder();
  const next = other(holder);
  await outcomeOf(bench, "host death with the API down for 60 s", next, async () => {
    await bench.say("api-error", "503");
    await bench.say("kill", holder);
    await wait(60_000);
    const back = Date.now();
    // Only the API is well again; the host stays dead.
    mendApi(bench.lab);
    await until("the other holds too", async () =>
      (await bench.lab.holders(bench.address)).includes(next),
    );
    log(`held ${Date.now() - back} ms after the API was back`);
  });
  await bench.say("boot", holder);
});

test("operations of 3 s: the other holds after one claim and one release", async () => {
  const holder = await bench.holder();
  const next = other(holder);
  await bench.say("api-slow", "3000");
  const seen = await outcomeOf(bench, "host death, operations of 3 s", next, () =>
    bench.say("kill", holder),
  );
  assert.deepEqual([seen.attaches, seen.detaches], [1, 1]);
  await bench.say("heal");
});

test("the holder's agent is killed: systemd starts it again, and nothing moves", async () => {
  const holder = await bench.holder();
  const seen = await outcomeOf(bench, "agent killed", holder, async () => {
    await bench.say("agent-kill", holder);
    // What a killed agent may have asked for has landed by then: the new one acts like any other.
    await wait(17_000);
  });
  assert.deepEqual([seen.attaches, seen.detaches, seen.failed], [0, 0, []]);
});

test("a handover fails no request", async () => {
  const holder = await bench.holder();
  const seen = await outcomeOf(bench, "handover", other(holder), () =>
    bench.say("handover", holder),
  );
  assert.deepEqual([seen.attaches, seen.detaches, seen.failed], [1, 1, []]);
});

test("the holder's agent is stopped in order: the address is handed over first", async () => {
  const holder = await bench.holder();
  const seen = await outcomeOf(bench, "agent stopped", other(holder), () =>
    bench.say("agent-stop", holder),
  );
  assert.deepEqual([seen.attaches, seen.detaches, seen.failed], [1, 1, []]);
  await bench.say("agent-start", holder);
});

test("a person moves the address by hand: the agents let it be there", async () => {
  const holder = await bench.holder();
  const next = other(holder);
  const seen = await outcomeOf(bench, "moved by hand", next, async () => {
    await bench.say("move", next);
    await wait(5000);
  });
  assert.deepEqual(seen.failed, []);
});

test("`baton status` tells who holds, and what is wrong with one that died", () =>
  statusTells(bench, other));

test("`baton handover` moves the address, and measures that no request failed", () =>
  handsOver(bench, other));

test("`baton maintenance` takes the holder out and back, and refuses the last one", () =>
  keepsOut(bench, other));

test("`baton doctor` finds nothing wrong", () => examines(bench));

test("`baton drill` stops the holder and starts it again, within the budget", () =>
  rehearses(bench, other));

test("refresh and up after failovers change nothing and replace nothing", async () => {
  const holder = await bench.holder();
  const seen = await outcomeOf(bench, "refresh and up", holder, async () => {
    await bench.lab.deployment.refresh();
    const { code, output } = await bench.lab.deployment.pulumi("preview", "--expect-no-changes");
    assert.equal(code, 0, output);
    await bench.lab.deployment.up();
  });
  assert.deepEqual([seen.attaches, seen.detaches, seen.failed], [0, 0, []]);
});

test("somebody removes the rule for heartbeats: one move; refresh and up put it back", () =>
  movesUnheard("no rule for heartbeats for 10 s", async () => {
    await bench.say("drop-heartbeats");
    await Promise.all([wait(10_000), findsTheRule(bench)]);
    await bench.lab.deployment.refresh();
    await bench.lab.deployment.up();
  }));

test("new user-data: both at once are stopped, one by name is replaced and has the new file", async () => {
  const { deployment, fabric, instance, settled } = bench.lab;
  const file = join(bench.folder, "stack.yaml");
  const more = "extra:\n  files:\n    - { path: /etc/motd, content: new }\n";
  writeFileSync(file, `${readFileSync(file, "utf8")}${more}`);
  const holder = await bench.holder();
  const next = other(holder);
  const before = instance(next).id;
  await assert.rejects(deployment.up(), /stopped before anything was changed/);
  assert.equal(instance(next).id, before);
  const seen = await outcomeOf(bench, "one load balancer replaced", holder, async () => {
    await deployment.configure("baton:replace", next);
    await deployment.up();
    await settled();
    await fabric.untilBooted(instance(next).id);
  });
  assert.notEqual(instance(next).id, before);
  assert.equal(await bench.say("exec", next, "cat", "/etc/motd"), "new");
  assert.deepEqual([seen.attaches, seen.detaches, seen.failed], [0, 0, []]);
});

test("`baton roll` replaces the one that is left, and no other", async () => {
  const { fabric, instance } = bench.lab;
  const isNew = async (node: string): Promise<boolean> =>
    (await fabric.exec(instance(node).id, ["cat", "/etc/motd"])).stdout === "new";
  const left = (await isNew("lb1")) ? "lb2" : "lb1";
  await rolls(bench, left);
  assert.ok(await isNew(left));
});

test("words of docs/lab.md that no scenario has said can be said, and are healed", async () => {
  for (const [word = "", ...args] of labWordsOf("docs/lab.md"))
    if (Object.hasOwn(verbs, word) && !bench.said.has(word)) await bench.say(word, ...args);
  await bench.say("heal");
  await untilServed(bench);
});

test("no screen of the documents was left out", () => assert.deepEqual(screensLeft(), []));

test("destroy leaves nothing in the cloud, and no host", async () => {
  await untilServed(bench);
  await bench.lab.deployment.destroy();
  await bench.lab.settled();
  const { world } = bench.lab.cloud;
  const left = Object.entries(world()).filter(
    ([table, all]) =>
      // The catalogue is the cloud's own, and the address was reserved before.
      !["templates", "instanceTypes", "elasticIps"].includes(table) &&
      typeof all === "object" &&
      Object.keys(all).length > 0,
  );
  assert.deepEqual(left, []);
  assert.deepEqual(bench.troubles, []);
  await bench.down();
  assert.deepEqual(bench.lab.fabric.leftovers(), []);
});

/** The Exoscale model's single rules, each by an example. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogue } from "../../lab/emulators/exoscale-catalogue.ts";
import type { Action } from "../../lab/model/exoscale/request.ts";
import { holdersOf, step } from "../../lab/model/exoscale.ts";
import { attach, get, played, request, start } from "./play.ts";
import { ids, seeded } from "./world.ts";

test("a request after its signature's moment is refused, by the server's clock", () => {
  for (const [skewMs, status] of [
    [3_599_000, 200],
    [3_601_000, 403],
  ]) {
    const { answers } = played(
      start({ skewMs }),
      [{ afterMs: 0, input: request(get(ids.lb1)) }],
      1,
    );
    const delivery = answers[0]?.delivery;
    assert.ok(delivery?.kind === "answer");
    assert.equal(delivery.status, status);
  }
});

test("operations on one instance end in the order in which they began", () => {
  const slow = { kind: "slow-operation", ms: 3000 } as const;
  const detach = { ...attach(ids.lb2), call: "detach-instance-from-elastic-ip" } as Action;
  const { events } = played(
    start(),
    [
      { afterMs: 0, input: { kind: "fault", fault: { name: "f", effect: slow, times: 1 } } },
      { afterMs: 0, input: request(attach(ids.lb2)) },
      { afterMs: 10, input: request(detach) },
    ],
    1,
  );
  const changes = events.flatMap((event) => (event.kind === "holders" ? [event.holders] : []));
  assert.deepEqual(changes, [[ids.lb1, ids.lb2], [ids.lb1]]);
});

test("faults meet the calls and nodes that they name, as often and as long as they say", () => {
  const effect = { kind: "error", status: 500 } as const;
  const statuses = (fault: object, from: string, count: number): readonly unknown[] =>
    played(
      start(),
      [
        { afterMs: 0, input: { kind: "fault", fault: { name: "f", effect, ...fault } } },
        ...Array.from({ length: count }, () => ({
          afterMs: 100,
          input: request(get(ids.lb1), from),
        })),
      ],
      1,
    ).answers.map(({ delivery }) => delivery.kind === "answer" && delivery.status);
  assert.deepEqual(statuses({ times: 2 }, "lb1", 3), [500, 500, 200]);
  assert.deepEqual(statuses({ untilMs: 150 }, "lb1", 2), [500, 200]);
  assert.deepEqual(statuses({ from: ["lb2"] }, "lb1", 1), [200]);
  assert.deepEqual(statuses({ from: ["lb2"] }, "lb2", 1), [500]);
  assert.deepEqual(statuses({ calls: ["list-zones"] }, "lb1", 1), [200]);
  const half = statuses({ rate: 0.5 }, "lb1", 400).filter((status) => status === 500).length;
  assert.ok(half > 150 && half < 250, String(half));
});

test("the rate limit is by key, over a sliding span", () => {
  const rateLimit = { calls: 2, perMs: 1000, retryAfterS: 1 };
  const { answers } = played(
    start({ rateLimit }),
    [0, 0, 500, 501, 0].map((afterMs) => ({ afterMs, input: request(get(ids.lb1)) })),
    1,
  );
  const statuses = answers.map(({ delivery }) => delivery.kind === "answer" && delivery.status);
  assert.deepEqual(statuses, [200, 200, 429, 200, 200]);
});

test("a rate limit for some keys leaves the others alone", () => {
  const limited = (keys: readonly string[]) => {
    const rateLimit = { calls: 0, perMs: 1000, retryAfterS: 1, keys };
    const { answers } = played(
      start({ rateLimit }),
      [{ afterMs: 0, input: request(get(ids.lb1)) }],
      1,
    );
    return answers.map(({ delivery }) => delivery.kind === "answer" && delivery.status);
  };
  assert.deepEqual(limited(["another"]), [200]);
  assert.deepEqual(limited(["another", "k"]), [429]);
});

test("a stop goes through stopping, and takes no address away", () => {
  const stop: Action = { call: "stop-instance", instance: ids.lb1 };
  const cloud = step(start(), request(stop), 0, seeded(1)).cloud;
  assert.equal(cloud.world.instances[ids.lb1]?.state, "stopping");
  const later = step(cloud, { kind: "wake" }, 1000, seeded(1)).cloud;
  assert.equal(later.world.instances[ids.lb1]?.state, "stopped");
  assert.deepEqual(holdersOf(later, ids.address), [ids.lb1]);
});

test("what is older than the history is forgotten", () => {
  const many = Array.from({ length: 200 }, (_, index) => ({
    afterMs: 1000,
    input: request(
      index % 2 === 0
        ? attach(ids.lb2)
        : ({ ...attach(ids.lb2), call: "detach-instance-from-elastic-ip" } as Action),
    ),
  }));
  const { cloud } = played(start({ historyMs: 5000 }), many, 1);
  assert.ok(cloud.history.length <= 7, String(cloud.history.length));
  assert.ok(Object.keys(cloud.operations).length <= 7);
});

test("an instance gets an address that is neither another one's nor an elastic IP", () => {
  const bare = start({ instanceAddresses: { prefix: "203.0.113.", from: 7, to: 9 } });
  const cloud = { ...bare, world: { ...bare.world, ...catalogue } };
  const [template = ""] = Object.keys(catalogue.templates);
  const [instanceType = ""] = Object.keys(catalogue.instanceTypes);
  const given = { template, instanceType, diskSizeGib: 10, name: "new" };
  for (let seed = 1; seed <= 10; seed += 1) {
    const input = request({ call: "create-instance", given });
    const { instances } = played(cloud, [{ afterMs: 0, input }], seed).cloud.world;
    const made = Object.values(instances).find(({ name }) => name === "new");
    assert.equal(made?.publicIp, "203.0.113.9");
  }
});

/** The Exoscale model: what must hold for it to be believed by a simulator, under any requests. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Effect } from "../../lab/model/exoscale/fault.ts";
import type { Action } from "../../lab/model/exoscale/request.ts";
import { type CloudInput, holdersOf } from "../../lab/model/exoscale.ts";
import { attach, get, played, request, start, type Timed } from "./play.ts";
import { ids } from "./world.ts";

const instances = fc.constantFrom(ids.lb1, ids.lb2, ids.app1);
const actions: fc.Arbitrary<Action> = fc.oneof(
  instances.map(attach),
  instances.map(
    (instance): Action =>
      ({ ...attach(instance), call: "detach-instance-from-elastic-ip" }) as Action,
  ),
  instances.map(get),
  instances.map((instance): Action => ({ call: "stop-instance", instance })),
);
const effects: fc.Arbitrary<Effect> = fc.oneof(
  fc.constantFrom<Effect>(
    { kind: "error", status: 500 },
    { kind: "error", status: 500, applies: true },
    { kind: "unreachable" },
    { kind: "hang" },
    { kind: "answer-lost" },
    { kind: "cut" },
    { kind: "operation", state: "failure", reason: "fault" },
    { kind: "operation", state: "timeout", reason: "interrupted", applies: true },
  ),
  fc.nat(3000).map((ms): Effect => ({ kind: "late", ms })),
  fc.nat(3000).map((ms): Effect => ({ kind: "slow-operation", ms })),
);
const inputs: fc.Arbitrary<readonly Timed[]> = fc.array(
  fc.record({
    afterMs: fc.nat(1500),
    input: fc.oneof(
      { weight: 4, arbitrary: actions.map((action) => request(action)) },
      {
        weight: 1,
        arbitrary: instances.map(
          (instance): CloudInput => ({
            kind: "person",
            change: { kind: "detach", elasticIp: ids.address, instance },
          }),
        ),
      },
      {
        weight: 1,
        arbitrary: effects.map(
          (effect): CloudInput => ({
            kind: "fault",
            fault: { name: "f", effect, rate: 0.5, times: 2 },
          }),
        ),
      },
    ),
  }),
  { maxLength: 30, size: "max" },
);
const settings = { operationMs: [100, 3000], answerMs: [0, 50], readLagMs: [0, 2000] } as const;

test("holders change only by an operation that ended, or by a person", () => {
  fc.assert(
    fc.property(inputs, fc.nat(), (given, seed) => {
      const { cloud, events } = played(start(settings), given, seed);
      let holders: readonly string[] = [ids.lb1];
      const ended = new Map<string, number>();
      for (const event of events) {
        if (event.kind === "ended") {
          const { id, state, fate } = event.operation;
          assert.ok(state !== "pending");
          if (state === "success" || fate?.applies) ended.set(id, event.atMs);
        }
        if (event.kind !== "holders") continue;
        if (event.by !== "person") assert.equal(ended.get(event.by.operation), event.atMs);
        assert.notDeepEqual(event.holders, holders, "an event that changed nothing");
        holders = event.holders;
      }
      assert.deepEqual([...holdersOf(cloud, ids.address)].sort(), [...holders].sort());
    }),
  );
});

test("a read shows the world as it was at one moment within the lag, never one that was not", () => {
  fc.assert(
    fc.property(inputs, fc.nat(), (given, seed) => {
      const { answers, events } = played(start(settings), given, seed);
      const holding = new Map<string, { sinceMs: number; held: boolean }[]>(
        [ids.lb1, ids.lb2, ids.app1].map((id) => [
          id,
          [{ sinceMs: Number.NEGATIVE_INFINITY, held: id === ids.lb1 }],
        ]),
      );
      for (const event of events)
        if (event.kind === "holders")
          for (const [id, past] of holding)
            past.push({ sinceMs: event.atMs, held: event.holders.includes(id) });
      for (const { atMs, delivery } of answers) {
        if (delivery.kind !== "answer" || !("elastic-ips" in delivery.body)) continue;
        const { id, "elastic-ips": shown } = delivery.body;
        assert.ok(Array.isArray(shown));
        const past = holding.get(String(id)) ?? [];
        const shownBy = past.filter(({ sinceMs }, index) => {
          const untilMs = past[index + 1]?.sinceMs ?? Number.POSITIVE_INFINITY;
          return sinceMs <= atMs && untilMs >= atMs - 2050;
        });
        assert.ok(shownBy.some(({ held }) => held === shown.length > 0));
      }
    }),
  );
});

test("the same seed gives the same history", () => {
  fc.assert(
    fc.property(inputs, fc.nat(), (given, seed) => {
      const one = played(start(settings), given, seed);
      assert.deepEqual(played(start(settings), given, seed), one);
    }),
  );
});

test("a step alters nothing that it was given", () => {
  fc.assert(
    fc.property(inputs, fc.nat(), (given, seed) => {
      const cloud = start(settings);
      const copy = structuredClone(cloud);
      played(cloud, given, seed);
      assert.deepEqual(cloud, copy);
    }),
  );
});

test("steps in between change no outcome", () => {
  fc.assert(
    fc.property(inputs, fc.nat(), (given, seed) => {
      const often = given.flatMap(({ afterMs, input }): readonly Timed[] => [
        { afterMs: afterMs / 2, input: { kind: "wake" } },
        { afterMs: afterMs / 2, input },
      ]);
      const one = played(start(settings), given, seed);
      const other = played(start(settings), often, seed);
      assert.deepEqual(other.events, one.events);
      assert.deepEqual(other.answers, one.answers);
    }),
  );
});

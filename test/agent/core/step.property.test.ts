/**
 * What holds for the core whatever it is told: lying frames, reads of anything, answers to nothing,
 * time that stands still or leaps.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { start } from "../../../agent/core/start.ts";
import type { Effect, Event, State } from "../../../agent/core/state.ts";
import { nextDeadline, step } from "../../../agent/core/step.ts";
import { feed, type Happening, happenings, ips, type Step, settings } from "./step-events.ts";

/** Enough to meet every kind of decision; more by the variable. */
const runs = { numRuns: Number(process.env.PROPERTY_RUNS ?? 60) };

/** Asks something of every run of the core. */
function always(holds: (steps: readonly Step[]) => void): void {
  fc.assert(
    fc.property(settings, happenings, (given, all) => holds(feed(given, all))),
    runs,
  );
}

type Change = Extract<Effect, { type: "claim" | "release" }>;

const changesOf = ({ effects }: Step): readonly Change[] =>
  effects.filter((one): one is Change => one.type === "claim" || one.type === "release");

describe("the core, whatever it is told", () => {
  test("never throws, and never asks to be woken in the past", () => {
    always((steps) => {
      for (const { after, now } of steps) {
        assert.ok(nextDeadline(after) > now, `woken at ${nextDeadline(after)}, and it is ${now}`);
      }
    });
  });

  test("R2: has one request under way an address, until its answer or its fence", () => {
    always((steps) => {
      for (const ip of ips) {
        let open: Change | undefined;
        for (const one of steps) {
          const { event, now } = one;
          const answered = event.type === "requested" && event.ip === ip;
          if (answered && event.outcome !== "unknown") open = undefined;
          for (const change of changesOf(one).filter((each) => each.ip === ip)) {
            assert.ok(open === undefined || now >= open.fenceAt, "two requests at once");
            assert.ok(change.fenceAt > now);
            open = change;
          }
        }
      }
    });
  });

  test("R2: reads the cloud between two requests for an address", () => {
    always((steps) => {
      for (const ip of ips) {
        let endedAt = -Infinity;
        let readAt = Number.NEGATIVE_INFINITY;
        for (const one of steps) {
          const { event, before } = one;
          if (event.type === "observed") readAt = Math.max(readAt, event.begunAt);
          if (changesOf(one).some((each) => each.ip === ip)) {
            assert.ok(readAt >= endedAt, "a request on what was read before the last one ended");
          }
          const was = before.addresses.get(ip)?.request;
          const is = one.after.addresses.get(ip)?.request;
          if (was !== undefined && is !== was) endedAt = one.now;
        }
      }
    });
  });

  test("R7: releases nobody who is not of the group", () => {
    always((steps) => {
      for (const one of steps) {
        for (const change of changesOf(one)) {
          if (change.type === "release") assert.ok(one.after.group.has(change.whom));
        }
      }
    });
  });

  test("I2: releases another only when a read has shown that it holds itself", () => {
    always((steps) => {
      for (const one of steps) {
        for (const change of changesOf(one)) {
          if (change.type !== "release" || change.whom === "lb1") continue;
          assert.ok(one.after.addresses.get(change.ip)?.seen?.holders.has("lb1"));
        }
      }
    });
  });

  test("I2: releases itself only beside another holder, unless it stops for good", () => {
    always((steps) => {
      for (const one of steps) {
        for (const change of changesOf(one)) {
          if (change.type !== "release" || change.whom !== "lb1") continue;
          const holders = one.after.addresses.get(change.ip)?.seen?.holders ?? new Set();
          const others = [...holders].filter((id) => id !== "lb1" && one.after.group.has(id));
          const stops = one.after.resigning?.exit === true && one.after.settings.releaseOnStop;
          assert.ok(others.length > 0 || stops);
        }
      }
    });
  });

  test("I4: does nothing but listen for a dead interval after a pause", () => {
    always((steps) => {
      let quietUntil = -Infinity;
      for (const one of steps) {
        const { election } = one.before.settings;
        const heartbeat = election.method === "heartbeat";
        const deadMs = heartbeat ? election.deadRatio * election.intervalMs : 3_000;
        if (one.effects.some(({ type }) => type === "abandon")) quietUntil = one.now + deadMs;
        if (changesOf(one).length > 0) assert.ok(one.now >= quietUntil);
      }
    });
  });

  test("advertises at least once an interval while it is awake", () => {
    always((steps) => {
      let spokeAt = 5_000;
      for (const one of steps) {
        const { election } = one.before.settings;
        if (election.method !== "heartbeat" || election.wire === "exoip") return;
        const slept = one.now - one.before.now > election.intervalMs;
        if (one.effects.some(({ type }) => type === "advertise")) spokeAt = one.now;
        assert.ok(slept || one.now - spokeAt <= election.intervalMs, `silent since ${spokeAt}`);
      }
    });
  });

  test("numbers its frames without a gap and without a repetition", () => {
    always((steps) => {
      let last = 0;
      for (const { effects } of steps) {
        for (const effect of effects) {
          if (effect.type !== "advertise") continue;
          assert.ok(effect.report.sequence > last);
          last = effect.report.sequence;
        }
      }
    });
  });

  test("the same inputs give the same outputs, and change no former state", () => {
    fc.assert(
      fc.property(settings, happenings, (given, all) => {
        const first = feed(given, all);
        const copies = first.slice(0, 20).map(({ after }) => textOf(after));
        const again = feed(given, all);
        assert.deepEqual(
          again.map(({ effects }) => effects),
          first.map(({ effects }) => effects),
        );
        first.slice(0, 20).forEach(({ after, event, now }, index) => {
          step(after, event, now + 1);
          assert.equal(textOf(after), copies[index]);
        });
      }),
      runs,
    );
  });

  test("keeps a bounded memory of a group that stays, whatever comes and goes", () => {
    fc.assert(
      fc.property(settings, (given) => {
        const sizes = [40, 400].map((cycles) =>
          sizeOf(feed(given, restless(cycles)).at(-1)?.after),
        );
        assert.ok((sizes[1] ?? 0) < 1.2 * (sizes[0] ?? 0), String(sizes));
      }),
      { numRuns: 5 },
    );
  });

  test("forgets who has left the group", () => {
    fc.assert(
      fc.property(settings, (given) => {
        const [ip] = ips;
        let state = start(given, 0, 0.5);
        for (let index = 2; index < 100; index += 1) {
          const id = `lb${index}`;
          const frame = { wire: "exoip", priority: 20, ip, nicId: id } as const;
          const now = 1_000 * index;
          state = step(state, { type: "group", members: ["lb1", id] }, now).state;
          state = step(state, { type: "frame", from: id, frame }, now).state;
        }
        assert.ok(!textOf(state).includes('"lb50"'), "lb50 is remembered");
      }),
      { numRuns: 20 },
    );
  });
});

/** Health, holders and peers that change again and again; each cycle takes 10 s. */
const restless = (cycles: number): readonly Happening[] =>
  Array.from({ length: cycles }, (_, index): readonly Happening[] => {
    const holders = (...ids: string[]): Event => ({
      type: "observed",
      scope: "group",
      begunAt: 20,
      holders: new Map([[ips[0], new Set(ids)]]),
      stopped: new Set(ids.filter((id) => id !== "lb1")),
    });
    const check = (good: boolean): Event => ({ type: "check", index: 0, good });
    const answer: Event = { type: "requested", ip: ips[0], outcome: "done", why: "" };
    const events = [
      ...[holders("lb2"), holders("lb2"), answer, holders("lb1", "lb2"), holders("lb1", "lb2")],
      ...[answer, holders("lb1"), check(true), check(true), check(false), check(false)],
    ];
    const priority: Event = { type: "priority", priority: index % 255 };
    return [priority, ...events].map((event) => ({ afterMs: 900, event }));
  }).flat();

const textOf = (state: State | undefined): string =>
  JSON.stringify(state, (_, value: unknown) =>
    value instanceof Map || value instanceof Set ? [...value] : value,
  );

const sizeOf = (state: State | undefined): number => textOf(state).length;

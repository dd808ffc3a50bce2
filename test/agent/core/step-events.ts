/** Any event, in any order, at any time: what the property tests feed the core with. */
import fc from "fast-check";
import { start } from "../../../agent/core/start.ts";
import type { Effect, Event, Settings, State } from "../../../agent/core/state.ts";
import { nextDeadline, step } from "../../../agent/core/step.ts";
import type { NodeId, SignedAdvertisement } from "../../../agent/wire/advertisement.ts";

export const ids: readonly NodeId[] = ["lb1", "lb2", "lb3", "web9"];
export const ips = ["203.0.113.7", "203.0.113.8"] as const;

/** An event and when it comes: so long after the one before, or when the core wants to be woken. */
export type Happening = { readonly afterMs: number; readonly event: Event };

const id = fc.constantFrom(...ids);
const ip = fc.constantFrom(...ips);
const few = fc.nat({ max: 20_000 });
const wait = fc.oneof(
  { weight: 30, arbitrary: fc.nat({ max: 1_000 }) },
  { weight: 4, arbitrary: fc.nat({ max: 6_000 }) },
  { weight: 1, arbitrary: fc.nat({ max: 100_000 }) },
);

const addressReport = fc.record({
  ip,
  rank: fc.nat({ max: 2 }),
  role: fc.constantFrom("init", "backup", "master", "fault"),
  wants: fc.boolean(),
  possession: fc.constantFrom("none", "claiming", "claimed", "given"),
  yields: fc.boolean(),
  unable: fc.boolean(),
});

const often = (usual: boolean): fc.Arbitrary<boolean> =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.boolean() });

const possessed = (one: string) =>
  fc.record({
    ip: fc.constant(one),
    rank: fc.nat({ max: 2 }),
    role: fc.constant("backup" as const),
    wants: fc.boolean(),
    possession: fc.constantFrom("none", "claiming", "claimed", "given"),
    yields: fc.constant(false),
    unable: often(false),
  });

const signed: fc.Arbitrary<SignedAdvertisement> = fc.record({
  wire: fc.constant("authenticated"),
  node: id,
  name: id,
  boot: fc.constantFrom("b0", "b1"),
  sequence: fc.nat({ max: 1_000 }),
  uptimeMs: fc.nat({ max: 200_000 }),
  intervalMs: fc.constantFrom(200, 1_000, 10_000),
  healthy: fc.boolean(),
  maintenance: fc.boolean(),
  resigningMs: fc.constantFrom(0, 0, 5_000),
  priority: fc.constantFrom(1, 128),
  heard: fc.array(
    fc.record({
      node: id,
      boot: fc.constantFrom("self", "b0"),
      sequence: fc.nat({ max: 300 }),
      ageMs: fc.nat({ max: 5_000 }),
      proven: fc.boolean(),
    }),
    { maxLength: 4 },
  ),
  addresses: fc.array(addressReport, { maxLength: 3 }),
  releases: fc.array(fc.record({ whom: id, ip, count: fc.nat({ max: 9 }) }), { maxLength: 3 }),
});

/** What a peer that works says: it hears us, and its clock goes as ours does (`feed`). */
const sound: fc.Arbitrary<SignedAdvertisement> = fc
  .record({
    frame: signed,
    from: fc.constantFrom("lb2", "lb3"),
    healthy: often(true),
    resigningMs: fc.constantFrom(0, 0, 0, 0, 5_000),
    addresses: fc.tuple(...ips.map(possessed)),
  })
  .map(({ frame, from, ...said }) => ({
    ...frame,
    ...said,
    node: from,
    boot: "b0",
    uptimeMs: Number.NaN,
    intervalMs: 1_000,
    maintenance: false,
    priority: 128,
    heard: [{ node: "lb1", boot: "self", sequence: frame.sequence, ageMs: 30, proven: true }],
  }));

const exoip = fc.record({
  wire: fc.constant("exoip" as const),
  priority: fc.nat({ max: 255 }),
  ip,
  nicId: id,
});

const set = fc
  .oneof(
    { weight: 1, arbitrary: fc.uniqueArray(id, { maxLength: 3 }) },
    { weight: 3, arbitrary: fc.subarray(["lb1", "lb2"]) },
  )
  .map((all): ReadonlySet<NodeId> => new Set(all));

/** The moment at which a read began is given as its age; `feed` makes a time of it. */
const observed = fc.record({
  type: fc.constant("observed" as const),
  scope: fc.constantFrom("self", "group", "zone"),
  begunAt: fc.oneof(
    { weight: 6, arbitrary: fc.constant(20) },
    { weight: 1, arbitrary: fc.nat({ max: 8_000 }) },
  ),
  holders: fc
    .tuple(set, set)
    .map(([a, b]) => new Map([[ips[0], a] as const, [ips[1], b] as const])),
  stopped: fc.oneof(
    { weight: 4, arbitrary: fc.constant(new Set<NodeId>()) },
    { weight: 1, arbitrary: set },
  ),
});

const retry = fc.option(few, { nil: undefined, freq: 5 });

const after = (retryAfterMs: number | undefined) =>
  retryAfterMs === undefined ? {} : { retryAfterMs };

const frame = fc.oneof(
  { weight: 4, arbitrary: sound.map((one) => ({ from: one.node, frame: one })) },
  { weight: 1, arbitrary: fc.record({ from: id, frame: signed }) },
  { weight: 1, arbitrary: fc.record({ from: id, frame: exoip }) },
);

const members = fc.uniqueArray(fc.constantFrom("lb1", "lb2", "lb3"));

const events: readonly [number, fc.Arbitrary<Event>][] = [
  [6, fc.constant({ type: "tick" })],
  [24, frame.map((one) => ({ type: "frame", ...one }))],
  [18, observed],
  [2, retry.map((ms) => ({ type: "observe-failed", why: "no", ...after(ms) }))],
  [
    14,
    fc
      .record({ ip, retry, outcome: fc.constantFrom("done", "done", "refused", "unknown") })
      .map(({ retry: ms, ...rest }) => ({ type: "requested", why: "", ...rest, ...after(ms) })),
  ],
  [
    6,
    fc
      .tuple(fc.nat({ max: 2 }), often(true))
      .map(([index, good]) => ({ type: "check", index, good })),
  ],
  [2, fc.record({ ip, master: fc.boolean() }).map((wish) => ({ type: "wish", ...wish }))],
  [1, fc.constantFrom({ type: "advertise" }, { type: "look" })],
  [1, fc.boolean().map((on) => ({ type: "maintenance", on }))],
  [1, often(false).map((exit) => ({ type: "handover", exit }))],
  [1, fc.nat({ max: 255 }).map((priority) => ({ type: "priority", priority }))],
  [1, members.map((all) => ({ type: "group", members: all }))],
];

const event = fc.oneof(...events.map(([weight, arbitrary]) => ({ weight, arbitrary })));

export const happenings: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.record({ afterMs: wait, event }),
  { minLength: 20, maxLength: 150, size: "max" },
);

export const settings: fc.Arbitrary<Settings> = fc
  .record({
    wire: fc.constantFrom("authenticated", "exoip"),
    method: fc.constantFrom("heartbeat", "heartbeat", "heartbeat", "wish"),
    preempt: fc.boolean(),
    hold: fc.constantFrom("exclusive", "shared"),
    intervalMs: fc.constantFrom(200, 1_000),
    checks: fc.nat({ max: 2 }),
    ranks: fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 })),
    flags: fc.tuple(fc.boolean(), fc.boolean()),
  })
  .map(
    ({ method, ranks, flags, checks, ...heartbeat }): Settings => ({
      self: "lb1",
      boot: "self",
      election:
        method === "wish"
          ? { method: "wish" }
          : {
              method: "heartbeat",
              deadRatio: 3,
              preemptDelayMs: 2_000,
              priority: 128,
              ...heartbeat,
            },
      addresses: ips.map((one, index) => ({ ip: one, rank: ranks[index] ?? 0 })),
      settleMs: 1_000,
      deadlineMs: 5_000,
      checks: Array.from({ length: checks }, () => ({ rise: 2, fall: 2 })),
      releaseOnStop: flags[0],
      respectMs: 60_000,
      takeFromOutside: flags[1],
    }),
  );

export type Step = {
  readonly event: Event;
  readonly now: number;
  readonly before: State;
  readonly after: State;
  readonly effects: readonly Effect[];
};

/** Far beyond what the core waits for between two happenings. */
const wakesMax = 500;

/**
 * Feeds the core, waking it in time for all that it waits for, as the shell does, unless the time
 * until the next event is so long that the machine must have slept.
 */
export function feed(given: Settings, all: readonly Happening[], seed = 0.5): readonly Step[] {
  const steps: Step[] = [];
  let now = 5_000;
  let state = start(given, now, seed);
  const take = (what: Event): void => {
    const { state: after, effects } = step(state, what, now);
    steps.push({ event: what, now, before: state, after, effects });
    state = after;
  };
  take({ type: "group", members: ["lb1", "lb2", "lb3"] });
  for (const { afterMs, event: next } of all) {
    const end = now + afterMs;
    for (let wakes = 0; afterMs <= 6_000 && nextDeadline(state) < end; wakes += 1) {
      if (wakes > wakesMax) throw new Error("the core is woken without end");
      now = Math.max(now + 1, nextDeadline(state));
      take({ type: "tick" });
    }
    now = Math.max(now, end);
    take(dated(next, now));
  }
  return steps;
}

/** What was made without knowing the time. */
function dated(event: Event, now: number): Event {
  if (event.type === "observed") return { ...event, begunAt: now - event.begunAt };
  if (event.type !== "frame" || event.frame.wire === "exoip") return event;
  if (!Number.isNaN(event.frame.uptimeMs)) return event;
  return { ...event, frame: { ...event.frame, uptimeMs: now } };
}

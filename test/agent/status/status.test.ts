/** The status as it is read from the core's own state, after events as they come. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentConfig } from "../../../agent/config.ts";
import { start } from "../../../agent/core/start.ts";
import type { Event, Settings, State } from "../../../agent/core/state.ts";
import { step } from "../../../agent/core/step.ts";
import type { Member } from "../../../agent/election/member.ts";
import type { Happened } from "../../../agent/journal.ts";
import { proof, type Status, type StatusParts, statusOf } from "../../../agent/status/status.ts";
import type { SignedAdvertisement } from "../../../agent/wire/advertisement.ts";
import { address, election, sample } from "./sample.ts";

const [lb1, lb2, web9] = ["1", "2", "9"].map((digit) => `${digit.repeat(8)}-0000`) as [
  string,
  string,
  string,
];
const ip = "203.0.113.7";
const boot = "00000000000000b1";

const config: AgentConfig = {
  version: 1,
  stack: "shop",
  node: "lb1",
  cloud: { provider: "exoscale", zone: "ch-gva-2" },
  addresses: [{ name: "web", ip, interface: "lo", ranks: { lb1: 0, lb2: 1 } }],
  election,
  health: [],
  credentialsFile: "/etc/baton/credentials.json",
  stateDirectory: "/var/lib/baton",
};

assert.ok(election.method === "heartbeat");
const settings: Settings = {
  self: lb1,
  boot,
  election,
  addresses: [{ ip, rank: 0 }],
  settleMs: 2_000,
  deadlineMs: 5_000,
  checks: [],
  releaseOnStop: false,
  respectMs: 60_000,
  takeFromOutside: false,
};

const members: readonly Member[] = [{ id: lb2, name: "lb2", ips: ["192.0.2.12"] }];

const frame = (changes: Partial<SignedAdvertisement> = {}): SignedAdvertisement => ({
  wire: "authenticated",
  node: lb2,
  name: "lb2",
  boot: "00000000000000b2",
  sequence: 1,
  uptimeMs: 1_000,
  intervalMs: 1_000,
  healthy: true,
  maintenance: false,
  resigningMs: 0,
  priority: 100,
  heard: [{ node: lb1, boot, sequence: 1, ageMs: 100, proven: true }],
  addresses: [],
  releases: [],
  ...changes,
});

const group: Event = { type: "group", members: [lb2] };
const read = (begunAt: number, ...holders: readonly string[]): Event => ({
  type: "observed",
  scope: "group",
  begunAt,
  holders: new Map([[ip, new Set(holders)]]),
  stopped: new Set(),
});

/** The state after events, each with its moment. */
const after = (events: readonly (readonly [at: number, event: Event])[]): State =>
  events.reduce((state, [at, event]) => step(state, event, at).state, start(settings, 0, 0.5));

const status = (state: State, changes: Partial<StatusParts> = {}): Status =>
  statusOf({
    version: "0.1.0",
    config,
    state,
    members,
    events: [],
    api: { reachable: true, error: undefined, calls: 3 },
    clockAheadMs: 5,
    counters: { accepted: 1, sent: 2, dropped: {} },
    bornMs: 0,
    nowMs: state.now,
    onHost: (asked) => asked === ip,
    ...changes,
  });

test("a holder sees itself by its last read, and its peer by its last frame", () => {
  const state = after([
    [0, group],
    [50, read(20, lb1)],
    [900, { type: "frame", from: lb2, frame: frame() }],
    [1_000, { type: "tick" }],
  ]);
  const { problems, addresses, peers, ...node } = status(state);
  assert.deepEqual(addresses, [
    {
      ip,
      name: "web",
      role: "master",
      holds: true,
      seenMs: 980,
      holders: ["lb1"],
      why: "listening before acting",
      contestMs: undefined,
      onHost: true,
    },
  ]);
  assert.deepEqual(peers, [
    {
      id: lb2,
      name: "lb2",
      ip: "192.0.2.12",
      heardMs: 100,
      heard: true,
      bothWays: true,
      healthy: true,
      resigning: false,
      priority: 100,
    },
  ]);
  assert.deepEqual(problems, []);
  assert.equal(node.uptimeMs, 1_000);
  assert.equal(node.priority, 1);
  assert.equal(node.instance, lb1);
  assert.equal(node.api.clockAheadMs, 5);
  assert.equal(node.settleMs, 2_000);
  assert.deepEqual(node.election, election);
});

test("a peer's silence is measured by the slower of both intervals", () => {
  const slow = after([
    [0, group],
    [100, { type: "frame", from: lb2, frame: frame({ intervalMs: 2_000 }) }],
  ]);
  const at = (nowMs: number) => status(slow, { nowMs }).peers[0];
  assert.equal(at(6_100)?.heard, true);
  assert.equal(at(6_101)?.heard, false);
  assert.equal(at(6_101)?.heardMs, 6_001);
});

test("a peer that does not hear us, and one that was never heard", () => {
  const deaf = after([
    [0, group],
    [100, { type: "frame", from: lb2, frame: frame({ heard: [] }) }],
  ]);
  const [heard] = status(deaf).peers;
  assert.deepEqual([heard?.heard, heard?.bothWays], [true, false]);
  const [never] = status(after([[0, group]])).peers;
  assert.deepEqual([never?.heardMs, never?.heard, never?.bothWays], [undefined, false, false]);
});

test("what is held outside the group is named as a problem, by the core's own words", () => {
  // A longer gap would be a pause, after which nothing is known.
  const ticks = [500, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500];
  const state = after([
    [0, group],
    [10, read(5, web9)],
    ...ticks.map((at) => [at, { type: "tick" }] as const),
    [3_600, { type: "frame", from: lb2, frame: frame() }],
  ]);
  const { addresses, problems } = status(state);
  assert.deepEqual(addresses[0]?.holders, [web9]);
  assert.deepEqual(
    problems.map(({ text }) => text),
    [`${ip} is held by ${web9}, outside the group`],
  );
});

test("a yield tells when it ends", () => {
  const state = after([[0, group]]);
  const [before] = state.addresses.values();
  assert.ok(before);
  const yielded = { ...before, yielded: { to: lb2, contestAt: 60_000 } };
  const contest = (nowMs: number) =>
    status({ ...state, addresses: new Map([[ip, yielded]]) }, { nowMs }).addresses[0]?.contestMs;
  assert.deepEqual([contest(1_000), contest(70_000)], [59_000, 0]);
});

test("the last ten moves are told, with names in place of ids", () => {
  const events: readonly Happened[] = [
    ...Array.from({ length: 12 }, (_, at) => ({
      kind: "holders" as const,
      ip,
      holders: [lb2, lb1, web9],
      at,
    })),
    { kind: "peer", node: lb2, alive: true, at: 20 },
    { kind: "moved", ip, detectMs: undefined, claimMs: 1, confirmMs: 2, at: 21 },
  ];
  const { moves } = status(after([]), { events });
  assert.equal(moves.length, 10);
  assert.deepEqual(moves[0], { kind: "holders", ip, holders: ["lb2", "lb1", web9], at: 3 });
  assert.equal(moves[9]?.kind, "moved");
});

test("failing checks, maintenance, a handover and a priority show", () => {
  const checks = [{ rise: 1, fall: 1 }];
  const sick = start({ ...settings, checks }, 0, 0.5);
  const events: readonly Event[] = [
    { type: "check", index: 0, good: false, why: "HTTP 500" },
    { type: "maintenance", on: true },
    { type: "priority", priority: 77 },
  ];
  const shown = status(events.reduce((state, event) => step(state, event, 100).state, sick));
  assert.deepEqual(shown.checks, [{ healthy: false, why: "HTTP 500" }]);
  assert.deepEqual([shown.healthy, shown.maintenance, shown.priority], [false, true, 77]);
  assert.equal(shown.resigning, false);
  const gives = after([
    [0, group],
    [50, read(20, lb1)],
    [100, { type: "handover", exit: false }],
  ]);
  assert.equal(status(gives).resigning, true);
});

test("the status is plain data: JSON carries all of it", () => {
  const state = after([
    [0, group],
    [50, read(20, lb1)],
    [900, { type: "frame", from: lb2, frame: frame() }],
  ]);
  const shown = status(state);
  const numbers = JSON.stringify(shown, (_key, value) =>
    typeof value === "number" && !Number.isFinite(value) ? "not finite" : value,
  );
  assert.doesNotMatch(numbers, /not finite/);
  assert.doesNotMatch(numbers, /\{\}(?!\})/, "a Map or a Set would be empty");
  const absent = { contestMs: undefined };
  const { addresses } = JSON.parse(JSON.stringify(shown)) as Status;
  assert.deepEqual(
    addresses.map((one) => ({ ...one, ...absent })),
    shown.addresses,
  );
});

test("possession is proven by a fresh sight of it alone, and by health", () => {
  const other = address({ ip: "203.0.113.8", holds: false, why: "stands by" });
  const rows: readonly (readonly [Partial<Status>, string | undefined, boolean, string])[] = [
    [{}, undefined, true, "held, as the cloud shows"],
    [{ healthy: false }, undefined, false, "a health check fails"],
    [{ addresses: [address(), other] }, undefined, false, "203.0.113.8: stands by"],
    [{ addresses: [address(), other] }, ip, true, "held, as the cloud shows"],
    [{ addresses: [address(), other] }, "203.0.113.8", false, "203.0.113.8: stands by"],
    [{}, "192.0.2.1", false, "192.0.2.1 is no address of this node"],
    [{ addresses: [address({ seenMs: 54_000 })] }, ip, true, "held, as the cloud shows"],
    [
      { addresses: [address({ seenMs: 54_001 })] },
      ip,
      false,
      "203.0.113.7: the cloud has not shown it for 54001 ms",
    ],
  ];
  for (const [changes, asked, good, why] of rows)
    assert.deepEqual(proof(sample(changes), asked), { good, why });
});

/** What Prometheus is given, read by the rules of its format. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createMetrics } from "../../../agent/status/metrics.ts";
import { parseExposition } from "./exposition.ts";
import { address, peer, sample } from "./sample.ts";

const ip = "203.0.113.7";

/** Values by series, such as `baton_holds{address="203.0.113.7"}`. */
function read(text: string): ReadonlyMap<string, number> {
  const all = [...parseExposition(text).values()].flatMap(({ series }) => series);
  return new Map(
    all.map(({ name, labels, value }) => {
      const pairs = Object.entries(labels).map(([key, label]) => `${key}="${label}"`);
      return [pairs.length > 0 ? `${name}{${pairs.join(",")}}` : name, value];
    }),
  );
}

test("the gauges show the status", () => {
  const status = sample({
    healthy: false,
    addresses: [address(), address({ ip: "2001:db8::7", holds: false, role: "backup" })],
    api: { reachable: false, error: "x", calls: 1, clockAheadMs: -1_500 },
    frames: { accepted: 5, sent: 6, dropped: { forged: 2, old: 1 } },
  });
  const values = read(createMetrics().text(status));
  const expected: readonly (readonly [string, number])[] = [
    ["baton_healthy", 0],
    ["baton_api_reachable", 0],
    ["baton_clock_ahead_seconds", -1.5],
    [`baton_holds{address="${ip}"}`, 1],
    ['baton_holds{address="2001:db8::7"}', 0],
    [`baton_seen_seconds{address="${ip}"}`, 4],
    [`baton_role{address="${ip}",role="master"}`, 1],
    ['baton_role{address="2001:db8::7",role="backup"}', 1],
    [`baton_peer_heard_seconds{peer="lb2",id="${peer().id}"}`, 0.4],
    ["baton_frames_sent_total", 6],
    ["baton_frames_accepted_total", 5],
    ['baton_frames_dropped_total{reason="forged"}', 2],
    ['baton_frames_dropped_total{reason="old"}', 1],
  ];
  for (const [series, value] of expected) assert.equal(values.get(series), value, series);
});

test("a gauge of which nothing is known is absent", () => {
  const unknown = sample({
    peers: [peer({ heardMs: undefined })],
    api: { reachable: undefined, error: undefined, calls: 0, clockAheadMs: undefined },
  });
  const text = createMetrics().text(unknown);
  assert.doesNotMatch(text, /peer_heard|clock_ahead|dropped|api_reachable/);
});

test("before the node knows who it is, what is counted stands at 0 already", () => {
  const values = read(createMetrics().text(undefined));
  for (const name of ["takeovers_total", "pauses_total", "detection_seconds_count"])
    assert.equal(values.get(`baton_${name}`), 0, name);
  assert.equal(values.has("baton_healthy"), false);
});

test("notes and calls are counted, and spans fall into their buckets", () => {
  const metrics = createMetrics();
  const answer = { kind: "answer", ip, whom: "x", tookMs: 1, why: "" } as const;
  metrics.note({ ...answer, what: "claim", outcome: "done" });
  metrics.note({ ...answer, what: "claim", outcome: "done" });
  metrics.note({ ...answer, what: "release", outcome: "refused" });
  metrics.note({ kind: "paused", ms: 9_000 });
  metrics.note({ kind: "health", healthy: true, why: "" });
  metrics.note({ kind: "moved", ip, detectMs: 3_100, claimMs: 400, confirmMs: 250 });
  metrics.note({ kind: "moved", ip, detectMs: undefined, claimMs: 40_000, confirmMs: 1 });
  metrics.call("observe", 50, undefined);
  metrics.call("observe", 51, undefined);
  metrics.call("claim", 5_000, { kind: "timeout-unknown", fencedMs: 1, message: "" });
  metrics.call("claim", 10, { kind: "refused", why: "auth", message: "" });
  const values = read(metrics.text(undefined));
  const expected: readonly (readonly [string, number])[] = [
    ['requests_total{request="claim",outcome="done"}', 2],
    ['requests_total{request="release",outcome="refused"}', 1],
    ["pauses_total", 1],
    ["takeovers_total", 2],
    ["detection_seconds_count", 1],
    ["detection_seconds_sum", 3.1],
    ['detection_seconds_bucket{le="2.5"}', 0],
    ['detection_seconds_bucket{le="5"}', 1],
    ["confirmation_seconds_count", 2],
    ['confirmation_seconds_bucket{le="0.5"}', 0],
    ['confirmation_seconds_bucket{le="1"}', 1],
    ['confirmation_seconds_bucket{le="30"}', 1],
    ['confirmation_seconds_bucket{le="+Inf"}', 2],
    ["api_seconds_count", 4],
    // The bound itself belongs to its bucket.
    ['api_seconds_bucket{le="0.05"}', 2],
    ['api_seconds_bucket{le="0.1"}', 3],
    ['api_failures_total{why="timeout-unknown"}', 1],
    ['api_failures_total{why="auth"}', 1],
  ];
  for (const [series, value] of expected)
    assert.equal(values.get(`baton_${series}`), value, series);
});

test("two peers of one name are two series", () => {
  const peers = [peer(), peer({ id: "33333333-3333-4333-8333-333333333333", heardMs: 90 })];
  const families = parseExposition(createMetrics().text(sample({ peers })));
  assert.equal(families.get("baton_peer_heard_seconds")?.series.length, 2);
});

test("whatever a peer is called, the format holds", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (name, id) => {
      const status = sample({ peers: [peer({ name, id }), peer({ name: 'a"b\\c\nd' })] });
      parseExposition(createMetrics().text(status));
    }),
  );
});

test("every metric tells what it is", () => {
  const metrics = createMetrics();
  metrics.call("observe", 1, { kind: "unreachable", message: "" });
  metrics.note({
    kind: "answer",
    ip,
    what: "claim",
    whom: "",
    outcome: "done",
    tookMs: 1,
    why: "",
  });
  const frames = { accepted: 0, sent: 0, dropped: { forged: 1 } };
  const families = [...parseExposition(metrics.text(sample({ frames }))).values()];
  assert.equal(families.length, 17);
  for (const { name, help } of families) assert.match(help, /^[A-Z1].*\.$/, name);
});

/** Counts and spans as Prometheus reads them: text exposition format 0.0.4. */
import type { Trouble } from "../cloud/cloud.ts";
import type { Note } from "../core/state.ts";
import type { Status } from "./status.ts";

/** Upper bounds of the buckets in seconds: from a fast API to a slow failover. */
const bounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Every metric, with what it tells. */
const helps = {
  healthy: "Whether this node is healthy.",
  api_reachable: "Whether the last call of the cloud's API succeeded.",
  clock_ahead_seconds: "How far this host's clock is ahead of the cloud's.",
  holds: "Whether the cloud shows this node holding the address.",
  seen_seconds: "Time since the cloud last showed who holds the address.",
  role: "1 for the role of this node for the address.",
  peer_heard_seconds: "Time since the peer was last heard.",
  frames_sent_total: "Advertisements made.",
  frames_accepted_total: "Advertisements of peers.",
  frames_dropped_total: "Datagrams that were dropped.",
  requests_total: "Claims and releases that ended.",
  api_failures_total: "Calls of the cloud's API that failed.",
  pauses_total: "Times that this host stood still.",
  takeovers_total: "Claims that the cloud has shown.",
  detection_seconds: "From the old holder's last advertisement to the claim.",
  confirmation_seconds: "From the claim until the cloud shows it.",
  api_seconds: "Time of a call of the cloud's API.",
};

type Name = keyof typeof helps;

/** What follows the name of the metric, and the value. */
type Sample = readonly [labels: string, value: number];

type Histogram = { readonly counts: number[]; sum: number; count: number };

export type Metrics = {
  readonly note: (note: Note) => void;
  readonly call: (call: string, tookMs: number, trouble: Trouble | undefined) => void;
  /** @param status what the gauges show; without it they are left out */
  readonly text: (status: Status | undefined) => string;
};

/** Counts from the start of the agent on; a restart begins at zero, as Prometheus expects. */
export function createMetrics(): Metrics {
  const detection = createHistogram();
  const confirmation = createHistogram();
  const api = createHistogram();
  let pauses = 0;
  let takeovers = 0;
  const requests = new Map<string, number>();
  const failures = new Map<string, number>();

  return {
    note(note) {
      if (note.kind === "answer")
        count(requests, `{request="${note.what}",outcome="${note.outcome}"}`);
      if (note.kind === "paused") pauses += 1;
      if (note.kind !== "moved") return;
      takeovers += 1;
      if (note.detectMs !== undefined) observe(detection, note.detectMs);
      observe(confirmation, note.claimMs + note.confirmMs);
    },
    call(_call, tookMs, trouble) {
      observe(api, tookMs);
      if (trouble)
        count(failures, `{why="${trouble.kind === "refused" ? trouble.why : trouble.kind}"}`);
    },
    text: (status) =>
      [
        status ? ofStatus(status) : "",
        metric("requests_total", "counter", [...requests]),
        metric("api_failures_total", "counter", [...failures]),
        metric("pauses_total", "counter", [["", pauses]]),
        metric("takeovers_total", "counter", [["", takeovers]]),
        metric("detection_seconds", "histogram", samplesOf(detection)),
        metric("confirmation_seconds", "histogram", samplesOf(confirmation)),
        metric("api_seconds", "histogram", samplesOf(api)),
      ].join(""),
  };
}

/** One metric, all its samples together as the format wants them. */
const metric = (name: Name, type: string, samples: readonly Sample[]): string =>
  samples.length === 0
    ? ""
    : `# HELP baton_${name} ${helps[name]}\n# TYPE baton_${name} ${type}\n${samples
        .map(([labels, value]) => `baton_${name}${labels} ${value}\n`)
        .join("")}`;

function count(totals: Map<string, number>, labels: string): void {
  totals.set(labels, (totals.get(labels) ?? 0) + 1);
}

const createHistogram = (): Histogram => ({ counts: bounds.map(() => 0), sum: 0, count: 0 });

function observe(histogram: Histogram, ms: number): void {
  bounds.forEach((bound, index) => {
    if (ms <= bound * 1000) histogram.counts[index] = (histogram.counts[index] ?? 0) + 1;
  });
  histogram.sum += ms / 1000;
  histogram.count += 1;
}

const samplesOf = ({ counts, sum, count: all }: Histogram): readonly Sample[] => [
  ...counts.map((one, index): Sample => [`_bucket{le="${bounds[index]}"}`, one]),
  [`_bucket{le="+Inf"}`, all],
  ["_sum", sum],
  ["_count", all],
];

/** A name comes from the cloud, and may hold anything. */
const label = (text: string): string => text.replace(/[\\"\p{C}]/gu, "_");

function ofStatus({ addresses, peers, healthy, api, frames }: Status): string {
  const gauge = (name: Name, samples: readonly Sample[]): string => metric(name, "gauge", samples);
  const aheadMs = api.clockAheadMs;
  return [
    gauge("healthy", [["", Number(healthy)]]),
    gauge("api_reachable", api.reachable === undefined ? [] : [["", Number(api.reachable)]]),
    gauge("clock_ahead_seconds", aheadMs === undefined ? [] : [["", aheadMs / 1000]]),
    gauge(
      "holds",
      addresses.map(({ ip, holds }) => [`{address="${ip}"}`, Number(holds)]),
    ),
    gauge(
      "seen_seconds",
      addresses.flatMap(({ ip, seenMs }) =>
        seenMs === undefined ? [] : [[`{address="${ip}"}`, seenMs / 1000] as const],
      ),
    ),
    gauge(
      "role",
      addresses.map(({ ip, role }) => [`{address="${ip}",role="${role}"}`, 1]),
    ),
    gauge(
      "peer_heard_seconds",
      // Names need not differ from each other, and the same series twice spoils all of them.
      peers.flatMap(({ id, name, heardMs }) =>
        heardMs === undefined
          ? []
          : [[`{peer="${label(name)}",id="${label(id)}"}`, heardMs / 1000] as const],
      ),
    ),
    metric("frames_sent_total", "counter", [["", frames.sent]]),
    metric("frames_accepted_total", "counter", [["", frames.accepted]]),
    metric(
      "frames_dropped_total",
      "counter",
      Object.entries(frames.dropped).map(([reason, times = 0]) => [`{reason="${reason}"}`, times]),
    ),
  ].join("");
}

/** Counts and spans as Prometheus reads them: text exposition format 0.0.4. */
import type { Trouble } from "../cloud/cloud.ts";
import type { Note } from "../core/state.ts";
import type { Status } from "./status.ts";

/** Upper bounds of the buckets in seconds: from a fast API to a slow failover. */
const bounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

type Histogram = { readonly counts: number[]; sum: number; count: number };

export type Metrics = {
  readonly note: (note: Note) => void;
  readonly call: (call: string, tookMs: number, trouble: Trouble | undefined) => void;
  readonly text: (status: Status | undefined) => string;
};

export function createMetrics(): Metrics {
  const histograms = new Map<string, Histogram>();
  const totals = new Map<string, number>();

  const observe = (name: string, ms: number): void => {
    const known = histograms.get(name) ?? { counts: bounds.map(() => 0), sum: 0, count: 0 };
    histograms.set(name, known);
    bounds.forEach((bound, index) => {
      if (ms <= bound * 1000) known.counts[index] = (known.counts[index] ?? 0) + 1;
    });
    known.sum += ms / 1000;
    known.count += 1;
  };
  const add = (name: string): void => void totals.set(name, (totals.get(name) ?? 0) + 1);

  return {
    note(note) {
      if (note.kind === "answer")
        add(`requests_total{request="${note.what}",outcome="${note.outcome}"}`);
      if (note.kind === "paused") add("pauses_total");
      if (note.kind !== "moved") return;
      add("takeovers_total");
      if (note.detectMs !== undefined) observe("detection_seconds", note.detectMs);
      observe("confirmation_seconds", note.claimMs + note.confirmMs);
    },
    call(_call, tookMs, trouble) {
      observe("api_seconds", tookMs);
      if (trouble !== undefined)
        add(`api_failures_total{why="${trouble.kind === "refused" ? trouble.why : trouble.kind}"}`);
    },
    text(status) {
      const lines = status === undefined ? [] : gauges(status);
      const counters = [...totals].map(([name, value]) => sample("counter", name, value));
      const spans = [...histograms].map(([name, one]) => histogram(name, one));
      const all = [...grouped(lines), ...grouped(counters), ...([] as string[]).concat(...spans)];
      return `${all.join("\n")}\n`;
    },
  };
}

type Sample = { readonly name: string; readonly type: string; readonly line: string };

function sample(type: string, series: string, value: number): Sample {
  return { name: series.split("{")[0] ?? "", type, line: `baton_${series} ${value}` };
}

/** The samples of one metric stand together under its type. */
function grouped(samples: readonly Sample[]): string[] {
  const names = [...new Set(samples.map(({ name }) => name))];
  return ([] as string[]).concat(
    ...names.map((name) => {
      const own = samples.filter((one) => one.name === name);
      return [`# TYPE baton_${name} ${own[0]?.type}`, ...own.map(({ line }) => line)];
    }),
  );
}

function histogram(name: string, { counts, sum, count }: Histogram): string[] {
  const series = `baton_${name}`;
  return [
    `# TYPE ${series} histogram`,
    ...bounds.map((bound, index) => `${series}_bucket{le="${bound}"} ${counts[index]}`),
    `${series}_bucket{le="+Inf"} ${count}`,
    `${series}_sum ${sum}`,
    `${series}_count ${count}`,
  ];
}

const label = (text: string): string => text.replace(/[\\"\n]/g, "_");

function gauges({ addresses, peers, healthy, api, frames }: Status): Sample[] {
  const gauge = (series: string, value: number): Sample => sample("gauge", series, value);
  return [
    gauge("healthy", Number(healthy)),
    gauge("api_reachable", Number(api.reachable !== false)),
    ...(api.clockAheadMs === undefined
      ? []
      : [gauge("clock_ahead_seconds", api.clockAheadMs / 1000)]),
    ...addresses.map(({ ip, holds }) => gauge(`holds{address="${ip}"}`, Number(holds))),
    ...addresses.map(({ ip, role }) => gauge(`role{address="${ip}",role="${role}"}`, 1)),
    ...peers.flatMap(({ name, heardMs }) =>
      heardMs === undefined
        ? []
        : [gauge(`peer_heard_seconds{peer="${label(name)}"}`, heardMs / 1000)],
    ),
    sample("counter", "frames_sent_total", frames.sent),
    sample("counter", "frames_accepted_total", frames.accepted),
    ...Object.entries(frames.dropped).map(([reason, count = 0]) =>
      sample("counter", `frames_dropped_total{reason="${reason}"}`, count),
    ),
  ];
}

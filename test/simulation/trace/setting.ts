/** The first command of a play: `nodes 3 preempt=off stale=800ms …`. */
import type { Election, Settings } from "../../../agent/core/state.ts";
import type { Settings as CloudSettings } from "../../../lab/model/exoscale/cloud.ts";

export type Setting = {
  readonly ids: readonly string[];
  readonly ips: readonly string[];
  /** For each address the nodes in their order, the best first. */
  readonly orders: readonly (readonly string[])[];
  /** Whether all nodes have the same place in the order. */
  readonly equal: boolean;
  readonly election: Election;
  readonly priorities: readonly number[];
  readonly agent: Partial<Settings>;
  readonly cloud: Partial<CloudSettings>;
  readonly oneHolder: boolean;
  /** Instances that are not in the group. */
  readonly strangers: readonly string[];
  /** Nodes on which the original exoip runs. */
  readonly exoips: readonly string[];
  /** Whether the play means to leave an address with nobody. */
  readonly orphans: boolean;
  /** Whether the nodes are booted by the play itself. */
  readonly off: boolean;
  /** Whether the play begins, at its time 0, a minute after every address was taken. */
  readonly settled: boolean;
};

export function durationMs(text: string | undefined): number {
  const [, number = "", unit = ""] = text?.match(/^(\d+(?:\.\d+)?)(ms|s|m|h)$/) ?? [];
  const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit];
  if (unitMs === undefined) throw new Error(`not a duration: ${text}`);
  return Number(number) * unitMs;
}

const known = new Set([
  ...["interval", "ratio", "preempt", "preempt-delay", "hold", "wire", "election", "priority"],
  ...["order", "equal", "checks", "deadline", "settle", "respect", "release-on-stop"],
  ...["take-from-outside", "operation", "latency", "stale", "one-holder", "strangers", "exoip"],
  ...["orphans", "off", "settled"],
]);

export function settingOf(words: readonly string[]): Setting {
  const [count = "", ...rest] = words;
  const options = new Map(rest.map((word): [string, string] => split(word)));
  for (const name of options.keys()) if (!known.has(name)) throw new Error(`what is ${name}?`);
  const ids = Array.from({ length: Number(count) }, (_, index) => `lb${index + 1}`);
  const list = (name: string): string[] => options.get(name)?.split(",") ?? [];
  const ms = (name: string, usual: string): number => durationMs(options.get(name) ?? usual);
  const orders = options.get("order")?.split("/") ?? [ids.join()];
  const latencyMs = ms("latency", "20ms");
  const checks = Number(options.get("checks") ?? 1);
  return {
    ids,
    orders: orders.map((order) => order.split(",")),
    ips: orders.map((_, index) => `203.0.113.${7 + index}`),
    equal: options.has("equal"),
    election: electionOf(options, ms),
    priorities: list("priority").map(Number),
    agent: {
      deadlineMs: ms("deadline", "5s"),
      settleMs: ms("settle", "1s"),
      respectMs: ms("respect", "60s"),
      releaseOnStop: options.has("release-on-stop"),
      takeFromOutside: options.has("take-from-outside"),
      checks: Array.from({ length: checks }, () => ({ rise: 2, fall: 2 })),
    },
    cloud: {
      operationMs: [ms("operation", "300ms"), ms("operation", "300ms")],
      answerMs: [latencyMs, latencyMs],
      readLagMs: [ms("stale", "0ms"), ms("stale", "0ms")],
    },
    oneHolder: options.has("one-holder"),
    strangers: list("strangers"),
    exoips: list("exoip"),
    orphans: options.has("orphans"),
    off: options.has("off"),
    settled: options.has("settled"),
  };
}

const split = (word: string): [string, string] => {
  const at = word.indexOf("=");
  return at < 0 ? [word, ""] : [word.slice(0, at), word.slice(at + 1)];
};

function electionOf(
  options: ReadonlyMap<string, string>,
  ms: (name: string, usual: string) => number,
): Election {
  if (options.get("election") === "wish") return { method: "wish" };
  return {
    method: "heartbeat",
    wire: options.get("wire") === "exoip" ? "exoip" : "authenticated",
    intervalMs: ms("interval", "1s"),
    deadRatio: Number(options.get("ratio") ?? 3),
    preempt: options.get("preempt") !== "off",
    preemptDelayMs: ms("preempt-delay", "0ms"),
    hold: options.get("hold") === "shared" ? "shared" : "exclusive",
    priority: 128,
  };
}

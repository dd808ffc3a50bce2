/**
 * Any play: `node test/simulation/play-any.ts [KIND] [FIRST] [COUNT]` performs plays made from
 * seeds and prints those that break an invariant, to be cut down to a trace. Each ends with all
 * mended, and some minutes later one sound node must hold, the preferred one where it preempts.
 */
import { perform } from "./play.ts";
import { seeded } from "./random.ts";

type Kind = (ids: readonly string[]) => { readonly options: string; readonly end: string };

const of = (ids: readonly string[], step: number): string =>
  ids.map((_, index) => 10 + step * index).join();
const all = (ids: readonly string[]): string => `expect held-by ${ids.join(" ")}`;

const kinds: Readonly<Record<string, Kind>> = {
  plain: () => ({ options: "", end: "expect held-by lb1" }),
  shared: (ids) => ({ options: "hold=shared equal", end: all(ids) }),
  "one-holder": () => ({ options: "one-holder", end: "expect held-by lb1" }),
  keep: () => ({ options: "preempt=off", end: "expect moves <= 99" }),
  exoip: (ids) => ({
    options: `wire=exoip priority=${of(ids, 10)}`,
    end: "expect held-by lb1",
  }),
  "exoip-shared": (ids) => ({
    options: `wire=exoip priority=${of(ids, 0)} hold=shared equal`,
    end: all(ids),
  }),
  "two-addresses": (ids) => ({
    options: `order=${ids.join()}/${[...ids].reverse().join()}`,
    end: `expect held-by lb1 of 203.0.113.7\nexpect held-by ${ids.at(-1)} of 203.0.113.8`,
  }),
};

/** The text of one play; the same seed gives the same. */
export function anyPlay(kind: Kind, seed: number): string {
  const random = seeded(seed);
  const pick = <One>(ones: readonly One[], usual: One): One =>
    ones[Math.floor(random() * ones.length)] ?? usual;
  const ids = ["lb1", "lb2", "lb3"].slice(0, pick([2, 2, 3], 2));
  const { options, end } = kind(ids);
  const cloud = [
    pick(["", "", "operation=1s", "operation=3s", "operation=50ms"], ""),
    pick(["", "", "stale=700ms"], ""),
    pick(["", "latency=150ms"], ""),
    pick(["", "", "interval=300ms"], ""),
  ];
  const lines = [["nodes", ids.length, "settled", options, ...cloud].filter(Boolean).join(" ")];
  const dead = new Set<string>();
  const faults: Readonly<Record<string, (id: string, other: string) => string>> = {
    kill(id) {
      dead.add(id);
      return `kill ${id}`;
    },
    boot(id) {
      return dead.delete(id) ? `boot ${id}` : "";
    },
    restart: (id) => (dead.has(id) ? "" : `kill-agent ${id}\nrun ${spell()}\nboot ${id}`),
    freeze: (id) => `freeze ${id} ${pick(["2s", "4s", "8s", "15s"], "4s")}`,
    clock: (id) => `clock-stop ${id} ${pick(["2s", "4s", "8s", "15s"], "4s")}`,
    cut: (id, other) => `cut ${id} ${other}`,
    oneWay: (id, other) => `cut ${id}>${other}`,
    mend: () => "mend",
    sick: (id) => `sick ${id}`,
    well: (id) => `well ${id}`,
    handover: (id) => `handover ${id}`,
    person: (id) => `person attach ${id}`,
    late: () => `api late ${pick(["2s", "6s", "9s"], "2s")} ${pick(["attach", "detach"], "")} once`,
    api: (id) =>
      [
        `api ${pick(["500", "down", "hang", "answer-lost", "slow 4s", "fails"], "500")}`,
        pick(["", "attach", "detach", "reads"], ""),
        pick(["", `from ${id}`], ""),
        `for ${pick(["3s", "8s", "15s"], "3s")}`,
      ]
        .filter(Boolean)
        .join(" "),
  };
  const spell = (): string =>
    pick(["100ms", "400ms", "900ms", "1.7s", "3.1s", "6s", "12s", "40s"], "6s");
  const steps = 2 + Math.floor(random() * 6);
  for (let index = 0; index < steps; index += 1) {
    const id = pick(ids, "lb1");
    const others = ids.filter((one) => one !== id);
    const fault = faults[pick(Object.keys(faults), "kill")]?.(id, pick(others, "lb2"));
    if (fault) lines.push(fault);
    lines.push(`run ${spell()}`);
  }
  lines.push("mend", "api ok", `well ${ids.join(" ")}`);
  if (dead.size > 0) lines.push(`boot ${[...dead].join(" ")}`);
  // Damping may hold the preferred node back for minutes.
  lines.push("run 20m", end);
  return `# ${seed}\n\n${lines.join("\n")}\n`;
}

if (import.meta.main) {
  const [name = "plain", first = "1", count = "500"] = process.argv.slice(2);
  const kind = kinds[name];
  if (kind === undefined) throw new Error(`one of ${Object.keys(kinds).join(", ")}`);
  const found = new Map<string, number[]>();
  for (let seed = Number(first); seed < Number(first) + Number(count); seed += 1) {
    const text = anyPlay(kind, seed);
    try {
      perform(text);
    } catch (error) {
      const message = String(error instanceof Error ? error.message : error);
      const what = (message.split("\n")[0] ?? "").replace(/^line \d+: (expect )?/, "");
      const sort = what.match(/\bI\d: /)?.[0] ?? "I1: ";
      found.set(sort, [...(found.get(sort) ?? []), seed]);
      if (Number(count) === 1) console.log(`${text}\n${message}`);
    }
  }
  for (const [sort, seeds] of found)
    console.log(`${sort}${seeds.length}, seeds ${seeds.join(" ")}`);
  process.exitCode = found.size > 0 ? 1 : 0;
}

/**
 * `npm run bench:failover`: what a client sees when the address moves, in the lab, at two intervals.
 * It prints what it measured and asserts nothing. `-- --runs N` and `-- --rows death,split` choose.
 */
import { cpus } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { table } from "../../cli/terminal.ts";
import { summarize } from "../../lab/client/measure.ts";
import { deadIntervalMs } from "../../lab/ordeal/holders.ts";
import { type CloudMove, cloudMs, movesSince } from "../../lab/ordeal/moves.ts";
import {
  audit,
  type Bench,
  since,
  startBench,
  tellJournals,
  until,
  untilServed,
} from "../real/lab/bench.ts";

const { values } = parseArgs({
  options: { runs: { type: "string", default: "5" }, rows: { type: "string", default: "" } },
});
const runs = Number(values.runs);

type Row = {
  readonly title: string;
  /** Brings it about on the holder; what is forced is undone before it returns. */
  readonly force: (bench: Bench, holder: string, other: string) => Promise<unknown>;
  /** Afterwards, so that the next run begins with two sound hosts. */
  readonly restore?: (bench: Bench, holder: string) => Promise<unknown>;
  /** Who should hold at the end. */
  readonly ends: "other" | "first";
};

const boot = (bench: Bench, holder: string) => bench.say("boot", holder);

const rows: Readonly<Record<string, Row>> = {
  death: {
    title: "host death",
    force: (bench, holder) => bench.say("kill", holder),
    restore: boot,
    ends: "other",
  },
  stop: {
    title: "clean stop, by the API",
    force: (bench, holder) => bench.say("stop", holder),
    restore: (bench, holder) => bench.say("start", holder),
    ends: "other",
  },
  freeze: {
    title: "freeze 10 s",
    force: async (bench, holder) => {
      await bench.say("freeze", holder);
      await wait(10_000);
      await bench.say("thaw", holder);
    },
    ends: "other",
  },
  split: {
    title: "split 10 s",
    force: async (bench, holder, other) => {
      await bench.say("cut", holder, other);
      await wait(10_000);
      await bench.say("mend", holder, other);
      await wait(3000);
    },
    ends: "other",
  },
};

type Run = {
  readonly gapMs: number;
  /** From the fault until the claim reached the API. */
  readonly claimMs: number | undefined;
  readonly cloudMs: number;
  readonly failed: number;
  readonly isRight: boolean;
};

async function once(bench: Bench, row: Row): Promise<Run> {
  await audit(bench);
  const { lab, address } = bench;
  const holder = await bench.holder();
  const other = holder === "lb1" ? "lb2" : "lb1";
  const wanted = row.ends === "other" ? other : "lb1";
  const at = Date.now();
  await row.force(bench, holder, other);
  const isThere = async () => (await lab.holders(address)).join() === wanted;
  const isRight = await until(wanted, isThere, 40_000).then(
    () => true,
    () => false,
  );
  await untilServed(bench).catch(() => {});
  const moves = movesSince(lab, at);
  const { gaps, failed } = summarize(since(bench, at));
  const claim = moves.find(({ kind }) => kind === "attach");
  process.stderr.write(`  ${holder} held: ${moves.map((move) => tell(move, at)).join(", ")}\n`);
  if (!isRight) await tellJournals(bench.lab);
  await row.restore?.(bench, holder);
  return {
    gapMs: gaps[0]?.ms ?? 0,
    claimMs: claim && claim.at - at,
    cloudMs: cloudMs(moves),
    failed,
    isRight,
  };
}

const tell = ({ kind, host, at, until: end }: CloudMove, begun: number): string =>
  `${kind} ${host} ${seconds(at - begun)} to ${end === undefined ? "?" : seconds(end - begun)}`;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** The elected node comes back and takes the address again, after the time that it has to wait. */
async function failback(bench: Bench): Promise<Run> {
  const { lab, address } = bench;
  if ((await bench.soleHolder()) === "lb1") {
    await bench.say("handover", "lb1");
    await until("lb2 holds", async () => (await lab.holders(address)).join() === "lb2");
  }
  // What returned often waits longer each time; an agent that starts has seen no return.
  for (const node of ["lb1", "lb2"]) await bench.say("agent-kill", node);
  await wait(2000);
  await audit(bench);
  const at = Date.now();
  const isBack = async () => (await lab.holders(address)).join() === "lb1";
  const isRight = await until("lb1 is back", isBack, 120_000).then(
    () => true,
    () => false,
  );
  await wait(1500);
  const { gaps, failed } = summarize(since(bench, at));
  const moves = movesSince(lab, at);
  return { gapMs: gaps[0]?.ms ?? 0, claimMs: undefined, cloudMs: cloudMs(moves), failed, isRight };
}

const spread = (given: readonly (number | undefined)[]): string => {
  const sorted = given.filter((one) => one !== undefined).sort((a, b) => a - b);
  if (sorted.length === 0) return "–";
  const middle = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return [sorted[0], middle, sorted.at(-1)].map((ms) => Math.round(ms ?? 0)).join(" / ");
};

const lines: string[][] = [];
const add = (title: string, limit: string, all: readonly Run[]): void => {
  const right = all.filter((one) => one.isRight).length;
  lines.push([
    title,
    String(all.length),
    spread(all.map((one) => one.gapMs)),
    spread(all.map((one) => one.claimMs)),
    limit,
    spread(all.map((one) => one.cloudMs)),
    spread(all.map((one) => one.failed)),
    `${right} of ${all.length}`,
  ]);
};

const chosen = values.rows === "" ? [...Object.keys(rows), "failback"] : values.rows.split(",");
for (const intervalMs of [1000, 200]) {
  for (const preempt of [false, true]) {
    const here = chosen.filter((name) => (name === "failback") === preempt);
    if (here.length === 0) continue;
    const election = `election:\n  interval: ${intervalMs}ms\n  dead-ratio: 3\n  preempt: ${preempt}\n`;
    const bench = await startBench({
      example: "exoscale-elastic-ip-article",
      changes: [[/^election:\n/m, election]],
    });
    try {
      const limit = deadIntervalMs(bench.lab);
      for (const name of here) {
        const row = rows[name];
        const all: Run[] = [];
        while (all.length < runs) all.push(await (row ? once(bench, row) : failback(bench)));
        add(`${row?.title ?? "failback"}, ${intervalMs} ms × 3`, `${limit} ms`, all);
        process.stderr.write(`${lines.at(-1)?.join("  ")}\n`);
      }
    } finally {
      await bench.down();
    }
  }
}
const header = [
  "what happens",
  "n",
  "longest gap, ms",
  "until the claim, ms",
  "limit",
  "cloud's own, ms",
  "requests failed",
  "right holder",
];
process.stdout.write(
  `min / median / max; a client asks every 20 ms; ${cpus().length} cores, shared\n` +
    `${table(header, lines)}\n`,
);

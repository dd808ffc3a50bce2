/**
 * `npm run bench:agent`: the agent's figures, from real processes before the HTTP double of the
 * cloud. It prints what it measured and asserts nothing. `-- --runs N` changes the number of runs.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { decodeAuthenticated } from "../../agent/wire/authenticated-decode.ts";
import { encodeAuthenticated } from "../../agent/wire/authenticated-encode.ts";
import { hmacKeys } from "../../agent/wire/hmac.ts";
import { table } from "../../cli/terminal.ts";
import { type Group, idOf, pause, startGroup, until } from "../agent/process/group.ts";
import { largest } from "../agent/wire/frames.ts";
import { fuzz } from "../agent/wire/fuzz.ts";

const { values } = parseArgs({
  options: { runs: { type: "string", default: "30" }, idle: { type: "string", default: "60" } },
});
const runs = Number(values.runs);
/** Groups that are measured at the same time; more would disturb each other. */
const atOnce = 4;

type Row = readonly string[];
const spread = (what: string, unit: string, given: readonly number[], limit: string): Row => {
  const sorted = [...given].sort((a, b) => a - b);
  const at = (part: number): string => {
    const value = sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? NaN;
    return `${value.toFixed(unit === "ms" ? 0 : 2)} ${unit}`;
  };
  return [what, String(sorted.length), at(1 / 1e6), at(0.5), at(0.99), at(1), limit];
};

/** Runs something with a group that ends afterwards. */
async function withGroup<Value>(
  options: Parameters<typeof startGroup>[1],
  run: (group: Group) => Promise<Value>,
): Promise<Value> {
  const ends: (() => Promise<void> | void)[] = [];
  const context = { after: (end: () => Promise<void> | void) => void ends.push(end) };
  try {
    return await run(await startGroup(context, options));
  } finally {
    for (const end of ends) await end();
  }
}

async function settled(group: Group, nodes: readonly string[]): Promise<void> {
  group.start("lb1");
  await until("held by lb1", () => group.holders().join() === "lb1", group);
  for (const node of nodes.slice(1)) group.start(node);
  const heard = (): number => group.log("lb1").split("is heard both ways").length;
  await until("all are heard", () => heard() >= nodes.length, group);
}

/** From the holder's death to the moment when the claim reaches the API; from its last frame too. */
function failover(intervalMs: number): Promise<{ readonly death: number; readonly frame: number }> {
  return withGroup({ intervalMs }, async (group) => {
    await settled(group, ["lb1", "lb2"]);
    await pause(3 * intervalMs + Math.random() * intervalMs + 1_000);
    const killedAt = group.emulator.nowMs();
    group.signal("lb1", "SIGKILL");
    const claimed = () => group.changes().find(({ what }) => what === "attach lb2");
    await until("claimed by lb2", () => claimed() !== undefined, group);
    const atMs = claimed()?.atMs ?? NaN;
    const clock = group.emulator.nowMs() - performance.now();
    const lastAt = group.network.lastPassedMs("lb1>lb2") + clock;
    return { death: atMs - killedAt, frame: atMs - lastAt };
  });
}

/** Between a clean stop and the end of the process; and whether nobody held in between. */
function handover(): Promise<{ readonly took: number; readonly gap: number }> {
  return withGroup({ intervalMs: 1_000 }, async (group) => {
    await settled(group, ["lb1", "lb2"]);
    // What an agent before this one may have asked for has landed by then.
    await pause(17_000);
    const stoppedAt = group.emulator.nowMs();
    group.signal("lb1", "SIGTERM");
    await group.ended("lb1");
    const moves = group.emulator.events.filter(({ kind }) => kind === "holders");
    const empty = moves.findIndex(
      (event, at) => at > 0 && event.kind === "holders" && event.holders.length === 0,
    );
    const gap = empty < 0 ? 0 : (moves[empty + 1]?.atMs ?? Infinity) - (moves[empty]?.atMs ?? 0);
    return { took: group.emulator.nowMs() - stoppedAt, gap };
  });
}

type Idle = { readonly rssMiB: number; readonly cpuPercent: number; readonly calls: number };

/** The holder's memory and processor time while nothing happens, and its calls an hour. */
function idle(nodes: readonly string[], addresses: number, seconds: number): Promise<Idle> {
  return withGroup({ nodes, addresses, intervalMs: 1_000 }, async (group) => {
    await settled(group, nodes);
    await pause(20_000);
    const pid = group.pid("lb1");
    const before = { cpu: cpuS(pid), calls: group.emulator.requests.length };
    await pause(seconds * 1_000);
    const calls = group.emulator.requests.slice(before.calls).filter(({ from }) => from === "lb1");
    const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return {
      rssMiB: Number(rss) / 1024,
      cpuPercent: (100 * (cpuS(pid) - before.cpu)) / seconds,
      calls: (calls.length * 3_600) / seconds,
    };
  });
}

/** User and system time of a process, from its clock ticks of 10 ms. */
function cpuS(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function many<Value>(count: number, once: () => Promise<Value>): Promise<Value[]> {
  const all: Value[] = [];
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      all.push(await once());
      process.stderr.write(".");
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
  return all;
}

/** Frames of full size that one core checks in a second. */
function framesPerSecond(): number {
  const keys = hmacKeys([Buffer.alloc(32, 7)]);
  const ips = Array.from({ length: 32 }, (_, index) => `203.0.113.${index}`);
  const bytes = encodeAuthenticated(largest(ips), keys);
  const begun = performance.now();
  let count = 0;
  while (performance.now() - begun < 2_000) {
    for (let index = 0; index < 100; index += 1) {
      decodeAuthenticated(bytes, keys, () => idOf("lb1"));
    }
    count += 100;
  }
  return count / ((performance.now() - begun) / 1_000);
}

console.log(`node ${process.version}, ${process.platform} ${process.arch}\n`);
const head = ["", "n", "min", "median", "p99", "max", "limit"];
const rows: Row[] = [];
for (const intervalMs of [1_000, 200]) {
  const all = await many(runs, () => failover(intervalMs));
  const limit = `${3 * intervalMs} ms`;
  const name = `${intervalMs} ms x 3`;
  rows.push(
    spread(
      `${name}: SIGKILL to the claim`,
      "ms",
      all.map(({ death }) => death),
      limit,
    ),
  );
  rows.push(
    spread(
      `${name}: last frame to the claim`,
      "ms",
      all.map(({ frame }) => frame),
      limit,
    ),
  );
}
const stops = await many(Math.ceil(runs / 3), handover);
rows.push(
  spread(
    "clean stop: until the process ends",
    "ms",
    stops.map(({ took }) => took),
    "",
  ),
);
rows.push(
  spread(
    "clean stop: held by nobody",
    "ms",
    stops.map(({ gap }) => gap),
    "0 ms",
  ),
);
console.log(`\n${table(head, rows)}\n`);

const cases = [
  { what: "2 nodes, 1 address", nodes: 2, addresses: 1 },
  { what: "16 nodes, 32 addresses", nodes: 16, addresses: 32 },
];
const idles: Row[] = [];
for (const { what, nodes, addresses } of cases) {
  const names = Array.from({ length: nodes }, (_, index) => `lb${index + 1}`);
  const { rssMiB, cpuPercent, calls } = await idle(names, addresses, Number(values.idle));
  idles.push([what, `${rssMiB.toFixed(1)} MiB`, `${cpuPercent.toFixed(2)} %`, calls.toFixed(0)]);
}
console.log(table([`idle for ${values.idle} s, the holder`, "RSS", "CPU", "calls an hour"], idles));
console.log(`\nframes that one core checks: ${Math.round(framesPerSecond())} a second`);

const seed = Date.now() % 2 ** 31;
const heapMiB = (): number => process.memoryUsage().heapUsed / 2 ** 20;
const before = heapMiB();
const { tookMs, slowestNs, peersMax } = fuzz(10_000_000, seed);
console.log(
  `10,000,000 hostile datagrams (seed ${seed}): none threw; ${(tookMs / 1000).toFixed(0)} s in all, ` +
    `the slowest ${(Number(slowestNs) / 1e6).toFixed(1)} ms; ${peersMax} peers remembered at most; ` +
    `heap ${before.toFixed(0)} MiB before, ${heapMiB().toFixed(0)} after`,
);

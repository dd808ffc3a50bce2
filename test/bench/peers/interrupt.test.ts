/** Ctrl-C at the bench, without a lab: what is under way ends, and the lab is taken down. */
import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Bench } from "../../real/lab/bench.ts";
import { measure } from "./measure.ts";
import type { Peer } from "./peer.ts";
import type { Row } from "./rows.ts";

const lab = `baton-bench-${process.pid}`;

/** A bench that has begun, and whose lab takes so long to go away. */
function begun(downMs: number) {
  const program = `
    import { once } from "node:events";
    import { setTimeout as pause } from "node:timers/promises";
    import { endInterrupted, interruptible } from ${JSON.stringify(import.meta.resolve("./interrupt.ts"))};
    const signal = interruptible(${JSON.stringify(lab)});
    setInterval(() => {}, 1000);
    console.log("begun");
    if (!signal.aborted) await once(signal, "abort");
    await pause(${downMs});
    console.log("down");
    endInterrupted(${JSON.stringify(lab)});`;
  const args = ["--input-type=module", "-e", program];
  return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
}

/** Sends the signals, each a while after the one before, once the bench has begun. */
async function ended(
  child: ChildProcessByStdio<null, Readable, Readable>,
  signals: readonly NodeJS.Signals[],
  apartMs: number,
) {
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  await once(child.stdout, "data");
  for (const signal of signals) {
    child.kill(signal);
    await pause(apartMs);
  }
  const [code] = child.exitCode === null ? await once(child, "close") : [child.exitCode];
  return { code, said };
}

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)
  test(`${signal} ends the bench when its lab is away`, async () => {
    const all = await ended(begun(300), [signal], 0);
    assert.equal(all.code, code);
    assert.match(all.said, /ending: the lab is taken down …\ndown\ninterrupted: the lab is away/);
  });

test("a Ctrl-C that npm hands on is the same one", async () => {
  const { code, said } = await ended(begun(300), ["SIGINT", "SIGINT"], 20);
  assert.equal(code, 130);
  assert.match(said, /\ndown\n/);
});

test("a second Ctrl-C ends at once, and says what takes away what is left", async () => {
  const { code, said } = await ended(begun(60_000), ["SIGINT", "SIGINT"], 800);
  assert.equal(code, 130);
  assert.ok(said.includes(`ended at once: \`npx baton lab --name ${lab} down\`, as root`), said);
});

/** A bench whose hosts never do what they are told, and which notes when it is taken down. */
function deaf(signal: AbortSignal) {
  const deeds: string[] = [];
  const bench = {
    lab: { cloud: { input: () => {} } },
    signal,
    say: (...words: readonly string[]) => {
      deeds.push(words.join(" "));
      return new Promise(() => {});
    },
    down: async () => void deeds.push("down"),
  } as unknown as Bench;
  return { bench, deeds };
}

test("what is under way is left where it is, and the lab is taken down", async () => {
  const stop = new AbortController();
  const { bench, deeds } = deaf(stop.signal);
  const peer = { name: "baton-1s", title: "baton", unit: "baton" } as Peer;
  const row = { name: "death", title: "host death", force: async () => {} } satisfies Row;
  const measuring = measure(bench, { peers: [peer], rows: [row], runs: 5, idleMs: 0 });
  await pause(20);
  stop.abort();
  const { runs } = await measuring;
  assert.deepEqual(runs, []);
  assert.deepEqual(deeds, ["mend lb1 lb2", "down"]);
  assert.equal(process.exitCode, undefined);
});

/** What befalls the stack: the rows of the comparison. lb1 holds when each begins. */
import { setTimeout as wait } from "node:timers/promises";
import { mendApi } from "../../../lab/faults/api.ts";
import { type Bench, until } from "../../real/lab/bench.ts";
import { nodes, type Peer } from "./peer.ts";

export type Row = {
  /** As `--only` names it. */
  readonly name: string;
  readonly title: string;
  /** Before the clock starts. */
  readonly prepare?: (bench: Bench) => Promise<unknown>;
  /** Brings it about; returns when the fault is over, or is to last. */
  readonly force: (bench: Bench, peer: Peer) => Promise<unknown>;
  /** What it waits for besides quiet, and how long at most; 20 s of anything else. */
  readonly ends?: { readonly holder: string; readonly withinMs: number };
};

const dies = (bench: Bench) => bench.say("kill", "lb1");

/** The holder dies, and the API fails from then on until so long after the dead interval. */
const deathWith =
  (afterMs: number, ...fault: readonly [verb: string, ...args: string[]]) =>
  async (bench: Bench, { deadMs }: Peer): Promise<void> => {
    await bench.say(...fault);
    await dies(bench);
    await wait(deadMs + afterMs);
    mendApi(bench.lab);
  };

const splitFor =
  (forMs: number, ...way: readonly "one-way"[]) =>
  async (bench: Bench): Promise<void> => {
    await bench.say("cut", "lb1", "lb2", ...way);
    await wait(forMs);
    await bench.say("mend", "lb1", "lb2");
  };

/**
 * Each run begins with a program that was killed and started anew. One of ours lets go for nobody
 * until all that it may have asked for has landed; a stop soon after a crash is another case.
 */
const grown = (): Promise<void> => wait(17_000);

export const rows: readonly Row[] = [
  { name: "death", title: "host death", force: dies },
  {
    name: "stop",
    title: "clean stop of the program (SIGTERM)",
    prepare: grown,
    force: (bench, { unit }) => bench.say("exec", "lb1", "systemctl", "stop", unit),
  },
  {
    name: "shutdown",
    title: "instance stopped through the API",
    prepare: grown,
    force: (bench) => bench.say("stop", "lb1"),
  },
  {
    name: "failback",
    title: "failback after a death",
    prepare: async (bench) => {
      await dies(bench);
      const isMoved = async () => (await bench.lab.holders(bench.address)).join() === "lb2";
      await until("lb2 alone holds", isMoved);
    },
    force: (bench) => bench.say("boot", "lb1"),
    ends: { holder: "lb1", withinMs: 90_000 },
  },
  {
    name: "freeze",
    title: "holder frozen for 10 s",
    force: async (bench) => {
      await bench.say("freeze", "lb1");
      await wait(10_000);
      await bench.say("thaw", "lb1");
    },
  },
  { name: "split-10", title: "split of 10 s", force: splitFor(10_000) },
  { name: "split-4.2", title: "split of 4.2 s", force: splitFor(4200) },
  {
    name: "one-way",
    title: "one-way cut of 10 s: the backup hears nothing",
    force: splitFor(10_000, "one-way"),
  },
  {
    name: "api-500",
    title: "host death, API answers 500 until 5 s after the dead interval",
    force: deathWith(5000, "api-error", "500"),
  },
  {
    name: "release-500",
    title: "host death, releases alone answered 500 until 7 s after the dead interval",
    force: deathWith(7000, "api-error", "500", "detach-instance-from-elastic-ip"),
  },
  {
    name: "api-hang",
    title: "host death, API hangs until 8 s after the dead interval",
    force: deathWith(8000, "api-hang"),
  },
  {
    name: "slow",
    title: "operations of 3 s, both programs started anew",
    force: async (bench, { unit }) => {
      await bench.say("api-slow", "3000");
      const starts = nodes.map((node) => bench.say("exec", node, "systemctl", "restart", unit));
      await Promise.all(starts);
      // Whoever fights, fights by now.
      await wait(15_000);
      mendApi(bench.lab);
    },
  },
];

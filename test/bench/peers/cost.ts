/** What a program takes while nothing happens: memory, processor, packets, calls. */
import { setTimeout as wait } from "node:timers/promises";
import { must } from "../../../lab/command.ts";
import { inNetns } from "../../../lab/fabric/router.ts";
import type { Bench } from "../../real/lab/bench.ts";
import { type Node, nodes, type Peer, printed } from "./peer.ts";
import { callsBetween } from "./run.ts";

type Use = {
  readonly residentKib: number;
  /** Its share: what several processes have in common is divided among them. */
  readonly ownKib: number;
  readonly cpuMsPerMinute: number;
};

export type Cost = {
  readonly holder: Use;
  readonly other: Use;
  readonly packetsPerHour: number;
  readonly callsPerHour: number;
};

const heartbeatPort = 12345;

/** A program that has just begun does more. */
const restMs = 30_000;

/** Heartbeats of agents and of exoip, and VRRP's advertisements, as they pass the router. */
const counters = `table inet baton_cost
delete table inet baton_cost
table inet baton_cost {
  chain forward {
    type filter hook forward priority -300;
    udp dport ${heartbeatPort} counter
  }
}
table bridge baton_cost
delete table bridge baton_cost
table bridge baton_cost {
  chain forward {
    type filter hook forward priority -300;
    ip protocol 112 counter
  }
}
`;

export async function costOf(bench: Bench, peer: Peer, forMs: number): Promise<Cost> {
  const { lab } = bench;
  const { netns } = lab.fabric.router();
  await wait(restMs);
  await must(inNetns(netns, ["nft", "-f", "-"]), { input: counters });
  const [at, before] = [Date.now(), await cpuMs(bench, peer)];
  await wait(forMs);
  const [after, until] = [await cpuMs(bench, peer), Date.now()];
  const memory = await Promise.all(nodes.map((node) => memoryOf(bench, peer, node)));
  const minutes = (until - at) / 60_000;
  const listed = await must(inNetns(netns, ["nft", "list", "ruleset"]));
  const [holder, other] = memory.map((used, index) => ({
    ...used,
    cpuMsPerMinute: ((after[index] ?? 0) - (before[index] ?? 0)) / minutes,
  }));
  if (holder === undefined || other === undefined) throw new Error("two nodes were asked");
  return {
    holder,
    other,
    packetsPerHour: (packetsIn(listed) / minutes) * 60,
    callsPerHour: (callsBetween(lab, at, until) / minutes) * 60,
  };
}

export const packetsIn = (ruleset: string): number =>
  [...ruleset.matchAll(/counter packets (\d+)/g)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );

/** All processes of a unit: the main one and what it has started. */
const processes = (unit: string): string =>
  `main=$(systemctl show --property=MainPID --value ${unit}); set -- $main $(pgrep -P $main); `;

/** The scheduler's own account, in nanoseconds: clock ticks are too coarse for programs at rest. */
const cpuMs = (bench: Bench, { unit }: Peer): Promise<readonly number[]> =>
  Promise.all(
    nodes.map(async (node) => {
      const script = "for p; do cat /proc/$p/task/*/schedstat; done";
      const text = await printed(bench, node, "sh", "-c", processes(unit) + script);
      return sumOf(text, /^(\d+) /gm) / 1e6;
    }),
  );

async function memoryOf(bench: Bench, { unit }: Peer, node: Node) {
  const script = "for p; do cat /proc/$p/smaps_rollup; done";
  const text = await printed(bench, node, "sh", "-c", processes(unit) + script);
  return {
    residentKib: sumOf(text, /^Rss:\s+(\d+)/gm),
    ownKib: sumOf(text, /^Pss:\s+(\d+)/gm),
  };
}

const sumOf = (text: string, pattern: RegExp): number =>
  [...text.matchAll(pattern)].reduce((sum, [, value]) => sum + Number(value), 0);

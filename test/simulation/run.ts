/**
 * One bad day, from one seed: a minute of faults, then everything is mended and the group must
 * converge within the bound that the rules state. Two phases, as TigerBeetle and FoundationDB do.
 */

import {
  boundedUse,
  converged,
  neverOrphaned,
  noFight,
  preferred,
  type Violation,
} from "./checkers/invariants.ts";
import { SimulatedCloud } from "./cloud.ts";
import { SimulatedNode, type World } from "./node.ts";
import { Queue } from "./queue.ts";
import { seeded } from "./random.ts";

export type Options = {
  readonly seed: number;
  readonly nodes: number;
  readonly faultsMs: number;
  readonly faults: number;
  /** I1's bound (R16), from the end of the faults. */
  readonly boundMs: number;
};

export const optionsOf = (seed: number): Options => ({
  seed,
  nodes: 2 + (seed % 2),
  faultsMs: 60_000,
  faults: 1 + (seed % 5),
  boundMs: 30_000,
});

export type Result = {
  readonly options: Options;
  readonly violation: Violation | undefined;
  readonly log: readonly string[];
};

export function simulate(options: Options, verbose = false): Result {
  const random = seeded(options.seed);
  const queue = new Queue();
  const ids = Array.from({ length: options.nodes }, (_, index) => `lb${index + 1}`);
  const cloud = new SimulatedCloud(queue, random, ids, {
    operationMs: [50, 50 + Math.floor(random() * 2500)],
    answerMs: [5, 60],
    readLagMs: [0, random() < 0.5 ? 0 : 800],
  });
  const cut = new Set<string>();
  const lines: string[] = [];
  const log = (text: string) => {
    if (verbose) lines.push(`${(queue.now / 1000).toFixed(3).padStart(9)}  ${text}`);
  };
  let lossRate = 0;
  const send: World["send"] = (from, frame) => {
    for (const id of ids) {
      if (id === from || cut.has(`${from}>${id}`) || random() < lossRate) continue;
      queue.after(1 + random() * 20, () => nodes.get(id)?.hear(frame));
    }
  };
  const nodes: Map<string, SimulatedNode> = new Map();
  const world: World = { queue, cloud, nodes, random, send, log };
  ids.forEach((id, rank) => {
    nodes.set(id, new SimulatedNode(id, rank, () => world, {}));
  });

  const pick = (): string => ids[Math.floor(random() * ids.length)] ?? "lb1";
  const mendings: (() => void)[] = [];
  const faults: Record<string, () => void> = {
    kill: () => {
      const id = pick();
      nodes.get(id)?.kill();
      log(`FAULT ${id} dies`);
      queue.after(random() * 20_000, () => nodes.get(id)?.alive || nodes.get(id)?.boot());
    },
    freeze: () => {
      const id = pick();
      const ms = random() * 15_000;
      log(`FAULT ${id} freezes for ${Math.round(ms)} ms`);
      nodes.get(id)?.freeze(ms);
    },
    partition: () => {
      const [a, b, oneWay] = [pick(), pick(), random() < 0.4];
      log(`FAULT ${a} is cut ${oneWay ? "one way from" : "from"} ${b}`);
      const links = oneWay ? [`${a}>${b}`] : [`${a}>${b}`, `${b}>${a}`];
      for (const link of links) cut.add(link);
      queue.after(random() * 20_000, () => {
        for (const link of links) cut.delete(link);
      });
    },
    loss: () => {
      lossRate = random() * 0.3;
      log(`FAULT ${Math.round(lossRate * 100)} % of the frames are lost`);
    },
    api: () => {
      const name = `api${random()}`;
      const kinds = [
        { kind: "error", status: 500 },
        { kind: "unreachable" },
        { kind: "hang" },
        { kind: "answer-lost" },
        { kind: "slow-operation", ms: 4000 },
        { kind: "operation", state: "failure", reason: "busy" },
      ] as const;
      const effect = kinds[Math.floor(random() * kinds.length)] ?? kinds[0];
      const from = random() < 0.5 ? { from: [pick()] } : {};
      const untilMs = queue.now + random() * 20_000;
      log(`FAULT API: ${JSON.stringify({ ...effect, ...from })} until ${Math.round(untilMs)}`);
      cloud.input({
        kind: "fault",
        fault: { name, rate: 0.3 + random(), untilMs, effect, ...from },
      });
      mendings.push(() => cloud.input({ kind: "mend", name }));
    },
    sick: () => {
      const node = nodes.get(pick());
      if (node === undefined) return;
      node.sick = true;
      log(`FAULT ${node.id} falls ill`);
      queue.after(random() * 20_000, () => {
        node.sick = false;
      });
    },
    flapping: () => {
      const node = nodes.get(pick());
      log(`FAULT the health of ${node?.id} comes and goes`);
      const flap = (left: number): void => {
        if (node === undefined || left === 0 || queue.now >= options.faultsMs) return;
        node.sick = left % 2 === 1;
        queue.after(1500 + random() * 3000, () => flap(left - 1));
      };
      flap(8);
    },
    handover: () => {
      const id = pick();
      log(`FAULT ${id} is asked to hand over`);
      nodes.get(id)?.receive({ type: "handover", exit: false });
    },
    stop: () => {
      const node = nodes.get(pick());
      log(`FAULT ${node?.id} is stopped`);
      node?.receive({ type: "handover", exit: true });
      queue.after(15_000 + random() * 20_000, () => node?.alive || node?.boot());
    },
    maintenance: () => {
      const node = nodes.get(pick());
      log(`FAULT ${node?.id} goes into maintenance`);
      node?.receive({ type: "maintenance", on: true });
      const end = () => node?.receive({ type: "maintenance", on: false });
      queue.after(random() * 20_000, end);
      mendings.push(end);
    },
    person: () => {
      const [instance, attach] = [pick(), random() < 0.5];
      log(`FAULT a person ${attach ? "attaches" : "detaches"} ${instance}`);
      const kind = attach ? "attach" : "detach";
      const elasticIp = "eeeeeeee-0000-4000-8000-000000000001";
      cloud.input({ kind: "person", change: { kind, elasticIp, instance } });
    },
  };

  let violation: Violation | undefined;
  let checkedMoves = 0;
  const seen = () => {
    violation ??= neverOrphaned(cloud, nodes, checkedMoves);
    for (const move of cloud.moves.slice(checkedMoves)) {
      log(`CLOUD held by [${move.holders.join(", ")}], by ${move.by}`);
    }
    checkedMoves = cloud.moves.length;
  };

  for (const id of ids) queue.at(random() * 4000, () => nodes.get(id)?.boot());
  for (let index = 0; index < options.faults; index += 1) {
    const kinds = Object.keys(faults);
    const kind = kinds[Math.floor(random() * kinds.length)] ?? "kill";
    queue.at(8000 + random() * (options.faultsMs - 8000), () => faults[kind]?.());
  }
  queue.runUntil(options.faultsMs, seen);
  log("HEAL");
  cut.clear();
  lossRate = 0;
  for (const mend of mendings) mend();
  for (const node of nodes.values()) {
    node.sick = false;
    if (!node.alive) node.boot();
  }
  const healed = queue.now;
  // A frozen node may thaw up to 15 s after the end of the faults.
  const last = healed + 15_000;
  queue.runUntil(last + options.boundMs, seen);
  // A planned move under way has two live holders for a moment: look a few times.
  let unsettled = converged(cloud, nodes, queue.now);
  for (let look = 0; look < 10 && unsettled !== undefined; look += 1) {
    queue.runUntil(queue.now + 500, seen);
    unsettled = converged(cloud, nodes, queue.now);
  }
  violation ??= unsettled;
  queue.runUntil(last + 300_000, seen);
  violation ??= preferred(cloud, "lb1", queue.now);
  violation ??= noFight(cloud, options.nodes, last + options.boundMs);
  violation ??= boundedUse(cloud, 120 * options.nodes + 120);
  return { options, violation, log: lines };
}

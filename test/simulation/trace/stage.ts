/** What a play is performed on: nodes, a cloud, a network, and the measures taken of them. */

import type { Settings } from "../../../agent/core/state.ts";
import type { Action } from "../../../lab/model/exoscale/request.ts";
import { Queue } from "../queue.ts";
import { SimulatedCloud } from "./cloud.ts";
import { OriginalExoip } from "./exoip.ts";
import { boundedUse, neverOrphaned } from "./invariants.ts";
import { SimulatedNode, type World } from "./node.ts";
import type { Setting } from "./setting.ts";
import { wordsOf } from "./words.ts";

/** What was counted since the play's last `mark`. */
export type Measures = {
  /** How long nobody served an address, and how long one that did not serve had a share of it. */
  outageMs: number;
  shareMs: number;
  moves: number;
  readonly callsBefore: ReadonlyMap<string, number>;
  readonly claims: Map<string, number>;
  readonly releases: Map<string, number>;
  /** How often a node dropped all it knew, since it had slept. */
  readonly pauses: Map<string, number>;
};

export type Stage = {
  readonly setting: Setting;
  readonly queue: Queue;
  readonly cloud: SimulatedCloud;
  readonly nodes: Map<string, SimulatedNode>;
  readonly exoips: Map<string, OriginalExoip>;
  /** Hosts without power or network: they serve nothing. */
  readonly down: Set<string>;
  readonly cut: Set<string>;
  readonly lines: string[];
  /** Kinds of lines that are said beyond the usual ones. */
  readonly shown: Set<string>;
  /** Called at the first claim that reaches out. */
  readonly atClaim: (() => void)[];
  faults: number;
  measures: Measures;
  checkedMoves: number;
  lastAt: number;
  /** When the play's time begins. */
  zeroAt: number;
  serving: { readonly nobody: boolean; readonly shared: boolean };
};

export const freshMeasures = (cloud: SimulatedCloud): Measures => ({
  outageMs: 0,
  shareMs: 0,
  moves: 0,
  callsBefore: new Map([...cloud.callsBy].map(([id, times]) => [id, times.length])),
  claims: new Map(),
  releases: new Map(),
  pauses: new Map(),
});

export function createStage(setting: Setting): Stage {
  const queue = new Queue();
  let drawn = 0;
  // Half of every range; a little more each time, since boots must differ.
  const random = () => {
    drawn += 1;
    return 0.5 + drawn * 1e-9;
  };
  const { ids, ips } = setting;
  const onCall = (_: string, { call }: Action) => {
    if (call === "attach-instance-to-elastic-ip") for (const run of stage.atClaim.splice(0)) run();
  };
  const cloud = new SimulatedCloud(queue, random, ids, setting.cloud, {
    ips,
    onCall,
    strangers: setting.strangers,
    oneHolder: setting.oneHolder,
  });
  const stage: Stage = {
    setting,
    queue,
    cloud,
    nodes: new Map(),
    exoips: new Map(),
    down: new Set(ids),
    cut: new Set(),
    lines: [],
    shown: new Set(),
    atClaim: [],
    faults: 0,
    measures: freshMeasures(cloud),
    checkedMoves: 0,
    lastAt: 0,
    zeroAt: 0,
    serving: { nobody: true, shared: false },
  };
  const world: World = {
    queue,
    cloud,
    random,
    send: (from, frame) => deliver(stage, from, frame),
    nodes: stage.nodes,
    members: ids,
    watch: (id, effect) => watch(stage, id, effect),
  };
  ids.forEach((id, index) => {
    if (setting.exoips.includes(id)) {
      const say = (text: string) => tell(stage, id, text);
      const parts = { id, ids, world, say, ip: ips[0] ?? "", priority: setting.priorities[index] };
      stage.exoips.set(id, new OriginalExoip(parts));
    } else {
      stage.nodes.set(
        id,
        new SimulatedNode(id, index, () => world, settingsOf(setting, id, index)),
      );
    }
  });
  return stage;
}

/** To all but the sender, where no link is cut, a millisecond later. */
function deliver(stage: Stage, ...[from, frame]: Parameters<World["send"]>): void {
  for (const id of stage.setting.ids) {
    if (id === from || stage.cut.has(`${from}>${id}`)) continue;
    stage.queue.after(1, () => {
      stage.nodes.get(id)?.hear(frame, from);
      if (frame.wire === "exoip" && !stage.down.has(id)) stage.exoips.get(id)?.hear(from, frame);
    });
  }
}

function settingsOf(setting: Setting, id: string, index: number): Partial<Settings> {
  const { ips, orders, election, priorities, agent } = setting;
  const addresses = ips.map((ip, place) => ({ ip, rank: (orders[place] ?? []).indexOf(id) }));
  const priority = priorities[index] ?? 128;
  return {
    ...agent,
    addresses: addresses.map(({ ip, rank }) => ({ ip, rank: setting.equal ? 0 : rank })),
    election: election.method === "wish" ? election : { ...election, priority },
  };
}

type Watch = NonNullable<World["watch"]>;

function watch(stage: Stage, id: string, effect: Parameters<Watch>[1]): void {
  const { claims, releases, pauses } = stage.measures;
  const counted = { claim: claims, release: releases, abandon: pauses };
  if (effect.type === "claim" || effect.type === "release" || effect.type === "abandon") {
    const counts = counted[effect.type];
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  if (effect.type === "exit") stage.down.add(id);
  const words = wordsOf(effect, stage.shown);
  if (words === undefined) return;
  const ip = effect.type === "note" && "ip" in effect.note ? effect.note.ip : undefined;
  tell(stage, id, `${ip === undefined ? "" : tagOf(stage, ip)}${words}`);
}

/** Which address is meant, where there is more than one. */
const tagOf = ({ setting }: Stage, ip: string): string =>
  setting.ips.length > 1 ? `.${ip.split(".")[3]} ` : "";

export function tell({ queue, zeroAt, lines }: Stage, who: string, text: string): void {
  lines.push(`${((queue.now - zeroAt) / 1000).toFixed(2).padStart(7)}  ${who.padEnd(5)}  ${text}`);
}

/** Lets virtual time pass; every change in the cloud is told, measured and judged. */
export function run(stage: Stage, ms: number, until?: () => boolean): boolean {
  const { queue } = stage;
  const end = queue.now + ms;
  // Who waits for something looks every millisecond, the finest time that anything here takes.
  const stepMs = until === undefined ? ms : 1;
  while (queue.now < end) {
    queue.runUntil(Math.min(end, queue.now + stepMs), () => settled(stage));
    settled(stage);
    if (until?.()) return true;
  }
  return until === undefined;
}

/** Brings the measures up to now, and judges what has changed. */
export function settled(stage: Stage): void {
  const { queue, measures, serving, cloud, setting } = stage;
  const passedMs = queue.now - stage.lastAt;
  if (serving.nobody) measures.outageMs += passedMs;
  if (serving.shared) measures.shareMs += passedMs;
  stage.lastAt = queue.now;
  const states = setting.ips.map((ip) => {
    const holders = cloud.holdersOf(ip);
    const good = holders.filter((id) => serves(stage, id));
    return { nobody: good.length === 0, shared: good.length > 0 && good.length < holders.length };
  });
  const any = (key: "nobody" | "shared"): boolean => states.some((state) => state[key]);
  stage.serving = { nobody: any("nobody"), shared: any("shared") };
  if (cloud.moves.length === stage.checkedMoves) return;
  for (const { by, ip, holders } of cloud.moves.slice(stage.checkedMoves)) {
    const who = holders.length === 0 ? "nobody" : holders.join(" and ");
    tell(stage, "cloud", `${tagOf(stage, ip)}held by ${who}${by === "person" ? "" : ` (${by})`}`);
    if (by !== "person") measures.moves += 1;
  }
  const orphaned = neverOrphaned(cloud, stage.nodes, stage.checkedMoves);
  stage.checkedMoves = cloud.moves.length;
  if (orphaned && stage.exoips.size === 0 && !setting.orphans) {
    throw new Error(`${orphaned.invariant}: ${orphaned.what}`);
  }
}

/** R16: in trouble at most 120 calls of a node a minute. */
export function bounded({ cloud }: Stage): void {
  const busy = boundedUse(cloud, 120);
  if (busy !== undefined) throw new Error(`${busy.invariant}: ${busy.what}`);
}

/** Whether traffic to a host is answered. A machine that sleeps answers nothing. */
const serves = ({ down, nodes, setting }: Stage, id: string): boolean => {
  if (down.has(id)) return false;
  const node = nodes.get(id);
  if (node === undefined) return setting.exoips.includes(id) || setting.strangers.includes(id);
  return !node.frozen && !node.sick;
};

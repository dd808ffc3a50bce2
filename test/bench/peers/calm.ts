/** The same beginning for every run: no fault, lb1 holds, the program runs on both and knows it. */
import { setTimeout as wait } from "node:timers/promises";
import { mendApi } from "../../../lab/faults/api.ts";
import { type Bench, until } from "../../real/lab/bench.ts";
import { untilServed } from "../../real/lab/outcome.ts";
import { nodes, type Peer } from "./peer.ts";
import { isUnderWay } from "./run.ts";

/** Ends whatever ran before, and puts a program in its place. */
export async function install(bench: Bench, peer: Peer, before: Peer): Promise<void> {
  await allOn(bench);
  await halt(bench, before);
  for (const node of nodes) await bench.say("exec", node, "systemctl", "disable", before.unit);
  await peer.install(bench);
  for (const node of nodes) {
    await bench.say("exec", node, "systemctl", "daemon-reload");
    await bench.say("exec", node, "systemctl", "enable", peer.unit);
  }
}

/** Without a word to anybody: no program is given the chance to hand over. */
async function halt(bench: Bench, { unit, leaves }: Peer): Promise<void> {
  for (const node of nodes) {
    const script = [`systemctl kill --signal=KILL ${unit}`, `systemctl stop ${unit}`];
    await bench.say("exec", node, "sh", "-c", [...script, leaves?.(bench) ?? "true"].join("; "));
  }
}

async function allOn(bench: Bench): Promise<void> {
  const { lab } = bench;
  mendApi(lab);
  await bench.say("mend", "lb1", "lb2");
  await lab.settled();
  for (const node of nodes) {
    const { id, state } = lab.instance(node);
    if (state === "stopped") await lab.owner.start(id);
    await lab.settled();
    if (lab.fabric.isFrozen(id)) await lab.fabric.freeze(id, false);
    if (!lab.fabric.isOn(id)) await lab.fabric.startHost(id);
  }
  for (const node of nodes) await lab.fabric.untilBooted(lab.instance(node).id);
}

export async function calm(bench: Bench, peer: Peer): Promise<void> {
  const { lab, address } = bench;
  await allOn(bench);
  await halt(bench, peer);
  await until("the cloud has done all", () => !isUnderWay(lab));
  await bench.say("move", "lb1");
  await lab.settled();
  const isFirst = async () =>
    (await lab.holders(address)).join() === "lb1" && (await peer.elected(bench)).join() === "lb1";
  for (const node of nodes) {
    await bench.say("exec", node, "systemctl", "start", peer.unit);
    await until(`lb1 is elected, and holds; ${node} was started`, isFirst);
  }
  await until("both are well", () => peer.isWell(bench));
  // Long enough for the second one to have found the first dead, if it does not hear it.
  await wait(peer.deadMs + 1000);
  await until("lb1 alone is elected, and holds", isFirst);
  await until("the cloud has done all", () => !isUnderWay(lab));
  await untilServed(bench);
}

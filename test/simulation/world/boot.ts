/** Which program runs on a host, and with what settings. */
import type { Election, Settings } from "../../../agent/core/state.ts";
import { ExoipModel } from "../models/exoip.ts";
import { KeepalivedModel } from "../models/keepalived.ts";
import type { Plan } from "../plan.ts";
import { Agent } from "./agent.ts";
import { Followed } from "./followed.ts";
import { Host, type Program } from "./host.ts";
import type { World } from "./world.ts";

export function createHosts(
  world: World,
  boots: (host: Host) => Program,
): ReadonlyMap<string, Host> {
  const hosts = world.plan.nodes.map(({ driftRate }, index): [string, Host] => {
    const host = new Host(world, index, driftRate, boots);
    return [host.id, host];
  });
  const { election } = world.plan.group;
  hosts.forEach(([, host], rank) => {
    if (election === "heartbeat") return;
    const followed = new Followed(host, election, rank);
    host.followed = followed;
    followed.onChange = (master) => {
      if (host.program instanceof Agent) wish(host.program, world, master);
    };
  });
  return new Map(hosts);
}

function wish(agent: Agent, world: World, master: boolean): void {
  for (const ip of world.ips) agent.receive({ type: "wish", ip, master });
}

export function bootProgram(host: Host): Program {
  const { world } = host;
  const index = world.ids.indexOf(host.id);
  const node = world.plan.nodes[index];
  if (node?.program === "exoip") return new ExoipModel(host, node.priority);
  if (node?.program === "keepalived") return new KeepalivedModel(host);
  const agent = new Agent(
    host,
    settingsOf(world, index, host.intervalMs),
    world.random() * 0.9 + 0.05,
  );
  // The notify FIFO tells the level when it is opened.
  if (host.followed?.master) wish(agent, world, true);
  return agent;
}

function settingsOf(
  { plan, ids, ips, random }: World,
  index: number,
  intervalMs: number | undefined,
): Settings {
  const { group, nodes } = plan;
  const self = ids[index] ?? "";
  const boot = Math.floor(random() * 2 ** 48)
    .toString(16)
    .padStart(16, "0");
  const addresses = ips.map((ip, place) => ({
    ip,
    rank: group.equal ? 0 : (group.orders[place]?.indexOf(index) ?? 0),
  }));
  return {
    self,
    boot,
    election: electionOf(plan, nodes[index]?.priority ?? 128, intervalMs ?? group.intervalMs),
    addresses,
    settleMs: group.settleMs,
    deadlineMs: group.deadlineMs,
    checks: group.checkMs > 0 ? [{ rise: 2, fall: 2 }] : [],
    releaseOnStop: false,
    respectMs: group.respectMs,
    takeFromOutside: group.takeFromOutside,
  };
}

function electionOf({ group }: Plan, priority: number, intervalMs: number): Election {
  const { election, wire, deadRatio, preempt, preemptDelayMs, hold } = group;
  if (election !== "heartbeat") return { method: "wish" };
  return {
    method: "heartbeat",
    wire,
    intervalMs,
    deadRatio,
    preempt,
    preemptDelayMs,
    hold,
    priority: wire === "exoip" ? priority : 128,
  };
}

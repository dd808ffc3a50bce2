/** Two simulated load balancers that never end: the real core, told to whoever looks. */
import { isWell } from "../../../agent/core/elect.ts";
import { linked, silent } from "../../../agent/core/peers.ts";
import type { Note } from "../../../agent/core/state.ts";
import type { AgentView } from "../../../lab/page/message.ts";
import type { AgentSight, Teller } from "../../../lab/page/teller.ts";
import type { Plan } from "../plan.ts";
import { Agent } from "../world/agent.ts";
import type { Host } from "../world/host.ts";
import type { Datagram } from "../world/network.ts";
import { World } from "../world/world.ts";

/** As Exoscale is: several may hold, an operation takes about a second. */
export const plan = (seed: number): Plan => ({
  seed,
  nodes: [0, 1].map((index) => ({
    program: "baton",
    priority: 128,
    driftRate: 1,
    bootAt: 100 * index,
  })),
  group: {
    election: "heartbeat",
    wire: "authenticated",
    intervalMs: 1000,
    deadRatio: 3,
    preempt: true,
    preemptDelayMs: 0,
    hold: "exclusive",
    equal: false,
    orders: [[0, 1]],
    checkMs: 2000,
    settleMs: 1000,
    deadlineMs: 5000,
    respectMs: 60_000,
    takeFromOutside: false,
  },
  cloud: { kind: "exoscale", operationMs: [600, 1400], latencyMs: [5, 30], lagMs: 0 },
  network: { delayMs: [0.2, 1], duplicates: 0 },
  realSignatures: true,
  faults: [],
  healAt: Number.POSITIVE_INFINITY,
  boundMs: 0,
  watchMs: 0,
  calmMs: 0,
});

export class LiveGroup extends World {
  readonly #teller: Teller;
  /** Calls that each node has made, and its own moves. */
  readonly #calls = new Map<string, number>();
  readonly #moves = new Map<string, AgentSight["moves"]>();
  #movesTold = 0;
  /** Ways that are cut, as `lb1>lb2`; an end may be `client`. */
  readonly cut = new Set<string>();

  constructor(seed: number, teller: Teller) {
    super(plan(seed), new Map(), false);
    this.#teller = teller;
    const send = this.network.send.bind(this.network);
    this.network.send = (to: string, datagram: Datagram): void => {
      const isCut = this.cut.has(`${datagram.from}>${to}`);
      teller.beat(datagram.from, to, !isCut && this.host(to).up);
      if (!isCut) send(to, datagram);
    };
  }

  override noted(host: Host, note: Note): void {
    if (note.kind === "request") {
      const kind = note.what === "claim" ? "attach" : "detach";
      this.#teller.move(kind, note.ip, note.whom, "begun");
    }
    if (note.kind !== "moved") return;
    const made = { ...note, at: Date.now() };
    this.#moves.set(host.id, [...(this.#moves.get(host.id) ?? []), made].slice(-10));
  }

  /** Tells how all stands; what the cloud remembers is forgotten, since this goes on for ever. */
  look(): void {
    for (const { from } of this.cloud.calls.splice(0))
      this.#calls.set(from, (this.#calls.get(from) ?? 0) + 1);
    for (const { ip, before, holders } of this.cloud.moves.slice(this.#movesTold)) {
      for (const host of holders.filter((id) => !before.includes(id)))
        this.#teller.move("attach", ip, host, "success");
      for (const host of before.filter((id) => !holders.includes(id)))
        this.#teller.move("detach", ip, host, "success");
    }
    this.#movesTold = this.cloud.moves.length;
    const off = this.ids.filter((id) => !this.host(id).up);
    const all = this.ips.map((ip) => [ip, this.cloud.holders(ip)] as const);
    this.#teller.scene(Object.fromEntries(all), off);
    for (const id of this.ids) this.#teller.agent(id, this.#sight(this.host(id)));
  }

  #sight(host: Host): AgentSight | null {
    const { program, frozenAt, id } = host;
    if (!(program instanceof Agent) || frozenAt !== undefined) return null;
    const view = viewOf(program, host, this.ids);
    return { view, calls: this.#calls.get(id) ?? 0, moves: this.#moves.get(id) ?? [] };
  }
}

function viewOf({ state: own }: Agent, host: Host, ids: readonly string[]): AgentView {
  const state = { ...own, now: host.now };
  const peers = ids
    .filter((id) => id !== host.id)
    .map((name) => {
      const peer = state.peers.get(name);
      const heard = peer !== undefined && !silent(state, name);
      return { name, heard, bothWays: peer !== undefined && linked(state, peer) };
    });
  const lost = peers.filter(({ heard }) => !heard);
  return {
    healthy: isWell(state),
    maintenance: state.maintenance,
    resigning: state.resigning !== undefined,
    checks: [],
    addresses: [...state.addresses.values()].map(({ ip, role, seen, reason }) => ({
      ip,
      role,
      holds: seen?.holders.has(host.id) === true,
      why: reason,
    })),
    peers,
    problems: lost.map(({ name }) => ({
      text: `silent: ${name}`,
      fix: "is it on, and not cut off?",
    })),
  };
}

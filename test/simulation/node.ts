/** One simulated machine with an agent: the real core in a shell as thin as the real one. */
import { start } from "../../agent/core/start.ts";
import type { Effect, Event, Scope, Settings, State } from "../../agent/core/state.ts";
import { nextDeadline, step } from "../../agent/core/step.ts";
import type { NodeId, SignedAdvertisement } from "../../agent/wire/advertisement.ts";
import {
  type Freshness,
  heardList,
  judge,
  noPeers,
  recentFrom,
} from "../../agent/wire/freshness.ts";
import type { Delivery } from "../../lab/model/exoscale/request.ts";
import { elasticIp, type SimulatedCloud } from "./cloud.ts";
import type { Queue } from "./queue.ts";

export type World = {
  readonly queue: Queue;
  readonly cloud: SimulatedCloud;
  readonly nodes: ReadonlyMap<NodeId, SimulatedNode>;
  readonly random: () => number;
  readonly send: (from: NodeId, frame: SignedAdvertisement) => void;
  readonly log: (text: string) => void;
};

/** The one address of the group. */
export const address = "203.0.113.7";

export class SimulatedNode {
  readonly id: NodeId;
  readonly #world: () => World;
  readonly #settings: Settings;
  #state: State | undefined;
  #life = 0;
  /** Whether its health check fails. */
  sick = false;
  #bornAt = 0;
  #boot = "";
  #sequence = 0;
  #recentFrom = 1;
  #fresh: Freshness = noPeers;
  /** While frozen nothing runs; what arrives waits. */
  #waiting: (() => void)[] | undefined;

  constructor(id: NodeId, rank: number, world: () => World, settings: Partial<Settings>) {
    this.id = id;
    this.#world = world;
    this.#settings = {
      self: id,
      boot: "0",
      election: {
        method: "heartbeat",
        wire: "authenticated",
        intervalMs: 1000,
        deadRatio: 3,
        preempt: true,
        preemptDelayMs: 0,
        hold: "exclusive",
        priority: 128,
      },
      addresses: [{ ip: address, rank }],
      severalHolders: true,
      settleMs: 1000,
      deadlineMs: 5000,
      checks: [{ rise: 2, fall: 2 }],
      releaseOnStop: false,
      respectMs: 60_000,
      takeFromOutside: false,
      ...settings,
    };
  }

  get alive(): boolean {
    return this.#state !== undefined;
  }

  get frozen(): boolean {
    return this.#waiting !== undefined;
  }

  get reason(): string {
    return this.#state?.addresses.get(address)?.reason ?? "dead";
  }

  boot(): void {
    const { queue, random, nodes } = this.#world();
    this.#life += 1;
    this.#waiting = undefined;
    this.#bornAt = queue.now;
    this.#boot = Math.floor(random() * 2 ** 48)
      .toString(16)
      .padStart(16, "0");
    this.#sequence = 0;
    this.#recentFrom = 1;
    this.#fresh = noPeers;
    const settings = { ...this.#settings, boot: this.#boot };
    this.#state = start(settings, queue.now, random() * 0.9 + 0.05);
    this.receive({ type: "group", members: [...nodes.keys()] });
    this.#check(this.#life);
  }

  #check(life: number): void {
    if (life !== this.#life || this.#state === undefined) return;
    this.receive({ type: "check", index: 0, good: !this.sick });
    this.#world().queue.after(1000, () => this.#check(life));
  }

  kill(): void {
    this.#state = undefined;
    this.#waiting = undefined;
  }

  freeze(ms: number): void {
    if (this.#state === undefined || this.#waiting !== undefined) return;
    this.#waiting = [];
    const life = this.#life;
    this.#world().queue.after(ms, () => {
      if (life !== this.#life || this.#waiting === undefined) return;
      const waiting = this.#waiting;
      this.#waiting = undefined;
      this.receive({ type: "tick" });
      for (const late of waiting) late();
    });
  }

  /** A datagram comes in: only what is fresh reaches the core. */
  hear(frame: SignedAdvertisement): void {
    if (this.#state === undefined) return;
    if (this.#waiting !== undefined) {
      if (this.#waiting.length < 200) this.#waiting.push(() => this.hear(frame));
      return;
    }
    const { verdict, peers } = judge(this.#fresh, frame, {
      node: this.id,
      boot: this.#boot,
      sequence: this.#sequence,
      recentFrom: Math.max(this.#recentFrom, recentFrom(this.#sequence)),
      nowMs: this.#world().queue.now,
    });
    this.#fresh = peers;
    if (verdict.accepted) this.receive({ type: "frame", from: frame.node, frame });
    else if (verdict.reason === "unproven") this.receive({ type: "advertise" });
  }

  receive(event: Event): void {
    if (this.#state === undefined) return;
    if (this.#waiting !== undefined) {
      // The kernel's buffers are not endless.
      if (event.type !== "tick" && this.#waiting.length < 200) {
        this.#waiting.push(() => this.receive(event));
      }
      return;
    }
    const { queue, log } = this.#world();
    const { state, effects } = step(this.#state, event, queue.now);
    this.#state = state;
    if (event.type === "observed") {
      const seen = [...(state.addresses.get(address)?.seen?.holders ?? ["?"])].join(", ");
      const read = [...(event.holders.get(address) ?? [])].join(", ");
      log(`${this.id} read ${event.scope} [${read}], believes [${seen}]`);
    }
    for (const effect of effects) {
      if (effect.type === "note") log(`${this.id}: ${JSON.stringify(effect.note)}`);
      this.#carryOut(effect);
    }
    const life = this.#life;
    const wake = Math.max(queue.now + 1, Math.min(nextDeadline(state), queue.now + 10_000));
    queue.at(wake, () => {
      if (life === this.#life && this.#state === state) this.receive({ type: "tick" });
    });
  }

  #carryOut(effect: Effect): void {
    const { queue, send } = this.#world();
    switch (effect.type) {
      case "advertise":
        this.#sequence = effect.report.sequence;
        send(this.id, {
          ...effect.report,
          wire: "authenticated",
          node: this.id,
          name: this.id,
          boot: this.#boot,
          uptimeMs: queue.now - this.#bornAt,
          intervalMs: 1000,
          heard: heardList(this.#fresh, queue.now),
        });
        break;
      case "observe":
        this.#observe(effect.scope);
        break;
      case "claim":
        this.#change("attach-instance-to-elastic-ip", this.id, effect.fenceAt);
        break;
      case "release":
        this.#change("detach-instance-from-elastic-ip", effect.whom, effect.fenceAt);
        break;
      case "exit":
        queue.at(queue.now, () => this.kill());
        // The service manager of a host that is up again.
        queue.after(5_000, () => this.alive || this.boot());
        break;
      case "abandon":
        this.#recentFrom = this.#sequence + 1;
        this.#fresh = new Map();
        break;
      case "note":
        break;
    }
  }

  /** Gives one event to this life of the agent, unless that is over by then. */
  #once(): (event: Event) => void {
    const life = this.#life;
    let open = true;
    return (event) => {
      if (!open || life !== this.#life) return;
      open = false;
      this.receive(event);
    };
  }

  #observe(scope: Scope): void {
    const { queue, cloud, nodes } = this.#world();
    const begunAt = queue.now;
    const once = this.#once();
    const holders = new Set<NodeId>();
    const stopped = new Set<NodeId>();
    const asked = scope === "self" ? [this.id] : [...nodes.keys()];
    let missing = asked.length;
    const failed = () => once({ type: "observe-failed", why: "no answer" });
    queue.after(this.#settings.deadlineMs, failed);
    for (const id of asked) {
      cloud.call(this.id, { call: "get-instance", id }, queue.now + 600_000, (delivery) => {
        const body = bodyOf(delivery);
        if (body === undefined) return failed();
        const addresses = (body["elastic-ips"] ?? []) as { id: string }[];
        if (addresses.some((one) => one.id === elasticIp)) holders.add(id);
        if (body.state !== "running") stopped.add(id);
        missing -= 1;
        const read = { scope, begunAt, holders: new Map([[address, holders]]), stopped };
        if (missing === 0) once({ type: "observed", ...read });
      });
    }
  }

  #change(
    call: "attach-instance-to-elastic-ip" | "detach-instance-from-elastic-ip",
    whom: NodeId,
    fenceAt: number,
  ): void {
    const { queue, cloud } = this.#world();
    const once = this.#once();
    const end = (outcome: "done" | "refused" | "unknown") =>
      once({ type: "requested", ip: address, outcome, why: outcome });
    queue.after(this.#settings.deadlineMs, () => end("unknown"));
    cloud.call(this.id, { call, elasticIp, instance: whom }, fenceAt, (delivery) => {
      const body = bodyOf(delivery);
      if (delivery.kind === "unreachable") return end("refused");
      if (body === undefined) return end(delivery.kind === "answer" ? "refused" : "unknown");
      this.#poll(String(body.id), end);
    });
  }

  #poll(id: string, end: (outcome: "done" | "refused" | "unknown") => void): void {
    const { queue, cloud } = this.#world();
    cloud.call(this.id, { call: "get-operation", id }, queue.now + 600_000, (delivery) => {
      const body = bodyOf(delivery);
      if (body?.state === "success") return end("done");
      if (body !== undefined && body.state !== "pending") return end("refused");
      queue.after(250, () => this.#poll(id, end));
    });
  }
}

function bodyOf(delivery: Delivery): Readonly<Record<string, unknown>> | undefined {
  return delivery.kind === "answer" && delivery.status === 200 ? delivery.body : undefined;
}

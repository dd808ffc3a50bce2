/** One simulated machine with an agent: the real core in a shell as thin as the real one. */
import type { Frame, NodeId } from "../../agent/core/frame.ts";
import type { Effect, Event, Observation, Settings, State } from "../../agent/core/state.ts";
import { nextDeadline, start, step } from "../../agent/core/step.ts";
import type { Delivery } from "../../lab/model/exoscale/request.ts";
import { elasticIp, type SimulatedCloud } from "./cloud.ts";
import type { Queue } from "./queue.ts";

export type World = {
  readonly queue: Queue;
  readonly cloud: SimulatedCloud;
  readonly nodes: ReadonlyMap<NodeId, SimulatedNode>;
  readonly random: () => number;
  readonly send: (from: NodeId, frame: Frame) => void;
  readonly log: (text: string) => void;
};

const addressName = "web";

export class SimulatedNode {
  readonly id: NodeId;
  readonly #world: () => World;
  readonly #settings: Settings;
  #state: State | undefined;
  #life = 0;
  /** While frozen nothing runs; what arrives waits. */
  #waiting: Event[] | undefined;

  constructor(id: NodeId, rank: number, world: () => World, settings: Partial<Settings>) {
    this.id = id;
    this.#world = world;
    this.#settings = {
      self: id,
      addresses: [{ name: addressName, rank }],
      intervalMs: 1000,
      deadRatio: 3,
      preempt: true,
      preemptDelayMs: 0,
      hold: "exclusive",
      severalHolders: true,
      settleMs: 1000,
      deadlineMs: 5000,
      checks: [],
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
    return this.#state?.addresses.get(addressName)?.reason ?? "dead";
  }

  boot(): void {
    const { queue, random, nodes } = this.#world();
    this.#life += 1;
    this.#waiting = undefined;
    this.#state = start(this.#settings, queue.now, random() * 0.9 + 0.05);
    this.receive({ type: "group", members: [...nodes.keys()] });
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
      for (const event of waiting) this.receive(event);
    });
  }

  receive(event: Event): void {
    if (this.#state === undefined) return;
    if (this.#waiting !== undefined) {
      // The kernel's buffers are not endless.
      if (event.type !== "tick" && this.#waiting.length < 200) this.#waiting.push(event);
      return;
    }
    const { queue, log } = this.#world();
    const { state, effects } = step(this.#state, event, queue.now);
    this.#state = state;
    if (event.type === "observed") {
      const seen = [...(state.addresses.get(addressName)?.seen?.holders ?? ["?"])].join(", ");
      log(`${this.id} read [${[...event.observation.holders].join(", ")}], believes [${seen}]`);
    }
    for (const effect of effects) {
      if (effect.type === "say") log(`${this.id}: ${effect.text}`);
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
        send(this.id, effect.frame);
        break;
      case "observe":
        this.#observe();
        break;
      case "claim":
        this.#change("attach-instance-to-elastic-ip", this.id, effect.fenceAt);
        break;
      case "release":
        this.#change("detach-instance-from-elastic-ip", effect.whom, effect.fenceAt);
        break;
      case "exit":
        queue.at(queue.now, () => this.kill());
        break;
      case "abandon":
      case "say":
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

  #observe(): void {
    const { queue, cloud, nodes } = this.#world();
    const begunAt = queue.now;
    const once = this.#once();
    const holders = new Set<NodeId>();
    const stopped = new Set<NodeId>();
    let missing = nodes.size;
    const failed = () => once({ type: "observe-failed", address: addressName });
    queue.after(this.#settings.deadlineMs, failed);
    for (const id of nodes.keys()) {
      cloud.call(this.id, { call: "get-instance", id }, queue.now + 600_000, (delivery) => {
        const body = bodyOf(delivery);
        if (body === undefined) return failed();
        const addresses = (body["elastic-ips"] ?? []) as { id: string }[];
        if (addresses.some((address) => address.id === elasticIp)) holders.add(id);
        if (body.state !== "running") stopped.add(id);
        missing -= 1;
        const observation: Observation = { holders, stopped, begunAt };
        if (missing === 0) once({ type: "observed", address: addressName, observation });
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
      once({ type: "requested", address: addressName, outcome });
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

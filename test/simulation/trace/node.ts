/** One simulated machine with an agent: the real core in a shell as thin as the real one. */

import { isRunning } from "../../../agent/cloud/exoscale-answers.ts";
import { pollAfter, pollMs } from "../../../agent/core/backoff.ts";
import { pastOf } from "../../../agent/core/releasing.ts";
import type { Role } from "../../../agent/core/roles.ts";
import { start } from "../../../agent/core/start.ts";
import type {
  Effect,
  Event,
  Past,
  Report,
  Scope,
  Settings,
  State,
} from "../../../agent/core/state.ts";
import { nextDeadline, step } from "../../../agent/core/step.ts";
import type { Advertisement, NodeId } from "../../../agent/wire/advertisement.ts";
import { type Freshness, heardList, judge, noPeers } from "../../../agent/wire/freshness.ts";
import type { Action, Delivery } from "../../../lab/model/exoscale/request.ts";
import type { Queue } from "../queue.ts";
import type { SimulatedCloud } from "./cloud.ts";

export type World = {
  readonly queue: Queue;
  readonly cloud: SimulatedCloud;
  readonly nodes: ReadonlyMap<NodeId, SimulatedNode>;
  readonly random: () => number;
  readonly send: (from: NodeId, frame: Advertisement) => void;
  /** Sees what every node wants done. */
  readonly watch: (id: NodeId, effect: Effect) => void;
  /** All who may hold: originals of exoip are none of `nodes`. */
  readonly members: readonly NodeId[];
};

/** The one address of the group. */
const address = "203.0.113.7";

export class SimulatedNode {
  readonly id: NodeId;
  readonly #world: () => World;
  readonly #settings: Settings;
  #state: State | undefined;
  #life = 0;
  /** Whether its health check fails. */
  sick = false;
  /** What its disk says of the agent before. */
  #past: Past = "unknown";
  #bornAt = 0;
  #boot = "";
  #sequence = 0;
  #recentFrom = 1;
  #fresh: Freshness = noPeers;
  /** While frozen nothing runs; what arrives waits. */
  #waiting: (() => void)[] | undefined;
  /** By how much its monotonic clock is behind the world's: it stood still for so long. */
  #behindMs = 0;
  /** By how much its wall clock is behind until the cloud has told it the time. */
  wallBehindMs = 0;

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

  reasonFor(ip: string): string {
    return this.#state?.addresses.get(ip)?.reason ?? "dead";
  }

  roleFor(ip: string): Role | undefined {
    return this.#state?.addresses.get(ip)?.role;
  }

  get #now(): number {
    return this.#world().queue.now - this.#behindMs;
  }

  boot(): void {
    const { random, members } = this.#world();
    this.#life += 1;
    this.#waiting = undefined;
    this.#bornAt = this.#now;
    this.#boot = Math.floor(random() * 2 ** 48)
      .toString(16)
      .padStart(16, "0");
    this.#sequence = 0;
    this.#recentFrom = 1;
    this.#fresh = noPeers;
    const settings = { ...this.#settings, boot: this.#boot };
    this.#state = start(settings, this.#now, random() * 0.9 + 0.05, this.#past);
    this.#past = "unknown";
    this.receive({ type: "group", members });
    this.#check(this.#life);
  }

  #check(life: number): void {
    if (life !== this.#life || this.#state === undefined) return;
    this.#settings.checks.forEach((_, index) => {
      this.receive({ type: "check", index, good: !this.sick });
    });
    this.#world().queue.after(1000, () => this.#check(life));
  }

  kill(): void {
    this.#state = undefined;
    this.#waiting = undefined;
  }

  freeze(ms: number): void {
    this.#pause(ms, false);
  }

  /** As `freeze`, for a machine whose clock stands still meanwhile: no timer shows the pause. */
  stopClock(ms: number): void {
    this.#pause(ms, true);
  }

  #pause(ms: number, stopsClock: boolean): void {
    if (this.#state === undefined || this.#waiting !== undefined) return;
    this.#waiting = [];
    const life = this.#life;
    this.#world().queue.after(ms, () => {
      if (life !== this.#life || this.#waiting === undefined) return;
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (stopsClock) {
        this.#behindMs += ms;
        // What it believes of the cloud's clock hangs on its own.
        this.wallBehindMs += ms;
      } else {
        this.receive({ type: "tick" });
      }
      for (const late of waiting) late();
      if (stopsClock) this.receive({ type: "tick" });
    });
  }

  /** A datagram comes in: only what is fresh reaches the core. exoip's frames do not say whose. */
  hear(frame: Advertisement, from = ""): void {
    if (this.#state === undefined) return;
    if (this.#waiting !== undefined) {
      if (this.#waiting.length < 200) this.#waiting.push(() => this.hear(frame, from));
      return;
    }
    if (frame.wire === "exoip") {
      this.receive({ type: "frame", from, frame });
      return;
    }
    const { verdict, peers } = judge(this.#fresh, frame, {
      node: this.id,
      boot: this.#boot,
      sequence: this.#sequence,
      recentFrom: Math.max(this.#recentFrom, this.#sequence - 4),
      nowMs: this.#now,
      deadRatio: 3,
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
    const { queue, watch } = this.#world();
    const { state, effects } = step(this.#state, event, this.#now);
    this.#state = state;
    for (const effect of effects) {
      watch(this.id, effect);
      this.#carryOut(effect);
    }
    const life = this.#life;
    const due = nextDeadline(state) + this.#behindMs;
    const wake = Math.max(queue.now + 1, Math.min(due, queue.now + 10_000));
    queue.at(wake, () => {
      if (life === this.#life && this.#state === state) this.receive({ type: "tick" });
    });
  }

  #carryOut(effect: Effect): void {
    const { queue } = this.#world();
    switch (effect.type) {
      case "advertise":
        this.#advertise(effect.report);
        break;
      case "observe":
        this.#observe(effect.scope, effect.also);
        break;
      case "claim":
        this.#change("attach-instance-to-elastic-ip", effect.ip, this.id, effect.fenceAt);
        break;
      case "release":
        this.#change("detach-instance-from-elastic-ip", effect.ip, effect.whom, effect.fenceAt);
        break;
      case "exit":
        if (this.#state !== undefined) this.#past = pastOf(this.#state);
        queue.at(queue.now, () => this.kill());
        break;
      case "abandon":
        this.#recentFrom = this.#sequence + 1;
        this.#fresh = new Map();
        break;
      case "note":
        break;
    }
  }

  #advertise(report: Report): void {
    const { send } = this.#world();
    const { election, addresses } = this.#settings;
    if (election.method !== "heartbeat") return;
    this.#sequence = report.sequence;
    if (election.wire === "exoip") {
      const { priority } = report;
      send(this.id, { wire: "exoip", priority, ip: addresses[0]?.ip ?? "", nicId: this.id });
      return;
    }
    send(this.id, {
      ...report,
      wire: "authenticated",
      node: this.id,
      name: this.id,
      boot: this.#boot,
      uptimeMs: this.#now - this.#bornAt,
      intervalMs: election.intervalMs,
      heard: heardList(this.#fresh, this.#now),
    });
  }

  /** A call to the cloud; a read whose wall clock was wrong is repeated at once, with the right. */
  #call(action: Action, expiresMs: number, answered: (delivery: Delivery) => void): void {
    const { cloud } = this.#world();
    const behindMs = this.wallBehindMs;
    cloud.call(this.id, action, expiresMs + this.#behindMs - behindMs, (delivery) => {
      if (delivery.kind === "answer") this.wallBehindMs = 0;
      const isRead = action.call.startsWith("get-");
      if (behindMs > 0 && isRead && this.wallBehindMs === 0) {
        return this.#call(action, expiresMs, answered);
      }
      answered(delivery);
    });
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

  #observe(scope: Scope, also: readonly NodeId[]): void {
    const { queue, cloud, members } = this.#world();
    const begunAt = this.#now;
    const once = this.#once();
    const holders = new Map(this.#settings.addresses.map(({ ip }) => [ip, new Set<NodeId>()]));
    const stopped = new Set<NodeId>();
    const ids = scope === "zone" ? cloud.instances : [...new Set([...members, ...also])];
    const asked = scope === "self" ? [this.id, ...also] : ids;
    let missing = asked.length;
    const failed = (delivery?: Delivery) =>
      once({ type: "observe-failed", why: "no answer", ...retryAfter(delivery) });
    queue.after(this.#settings.deadlineMs, () => failed());
    for (const id of asked) {
      this.#call({ call: "get-instance", id }, begunAt + 600_000, (delivery) => {
        const body = bodyOf(delivery);
        if (body === undefined) return failed(delivery);
        const held = ((body["elastic-ips"] ?? []) as { id: string }[]).map((one) => one.id);
        for (const [ip, who] of holders) if (held.includes(cloud.idOf(ip))) who.add(id);
        if (!isRunning(String(body.state))) stopped.add(id);
        missing -= 1;
        const cloudAheadMs = queue.now - this.#now;
        const read = { scope, begunAt, holders, stopped, cloudAheadMs };
        if (missing === 0) once({ type: "observed", ...read });
      });
    }
  }

  #change(
    call: "attach-instance-to-elastic-ip" | "detach-instance-from-elastic-ip",
    ip: string,
    whom: NodeId,
    fenceAt: number,
  ): void {
    const { queue, cloud } = this.#world();
    const once = this.#once();
    const end = (outcome: "done" | "refused" | "unknown", delivery?: Delivery) =>
      once({ type: "requested", ip, outcome, why: outcome, ...retryAfter(delivery) });
    queue.after(this.#settings.deadlineMs, () => end("unknown"));
    const until = queue.now + this.#settings.deadlineMs;
    this.#call({ call, elasticIp: cloud.idOf(ip), instance: whom }, fenceAt, (delivery) => {
      const body = bodyOf(delivery);
      if (delivery.kind === "unreachable") return end("refused");
      if (body === undefined)
        return end(delivery.kind === "answer" ? "refused" : "unknown", delivery);
      const kind = call === "attach-instance-to-elastic-ip" ? "claim" : "release";
      this.#poll(kind, String(body.id), until, end);
    });
  }

  #poll(
    kind: "claim" | "release",
    id: string,
    until: number,
    end: (outcome: "done" | "refused" | "unknown") => void,
  ): void {
    const { queue } = this.#world();
    if (queue.now >= until) return;
    this.#call({ call: "get-operation", id }, this.#now + 600_000, (delivery) => {
      const body = bodyOf(delivery);
      if (body?.state === "success") return end("done");
      if (body !== undefined && body.state !== "pending") return end("refused");
      const passedMs = queue.now - (until - this.#settings.deadlineMs);
      const leftMs = until - 100 - queue.now;
      if (leftMs <= 0) return;
      const waitMs = Math.min(leftMs, pollAfter(pollMs[kind], passedMs));
      queue.after(waitMs, () => this.#poll(kind, id, until, end));
    });
  }
}

function bodyOf(delivery: Delivery): Readonly<Record<string, unknown>> | undefined {
  return delivery.kind === "answer" && delivery.status === 200 ? delivery.body : undefined;
}

const retryAfter = (delivery: Delivery | undefined): { retryAfterMs?: number } =>
  delivery?.kind === "answer" && delivery.retryAfterS !== undefined
    ? { retryAfterMs: delivery.retryAfterS * 1000 }
    : {};

/** An agent as it runs: the real core and the real heartbeat in a thin shell. */
import { deadIntervalMs } from "../../../agent/core/peers.ts";
import { pastOf } from "../../../agent/core/releasing.ts";
import { start } from "../../../agent/core/start.ts";
import type { Effect, Event, Settings, State } from "../../../agent/core/state.ts";
import { nextDeadline, step } from "../../../agent/core/step.ts";
import { createHeartbeat } from "../../../agent/election/heartbeat.ts";
import type { Heartbeat } from "../../../agent/election/received.ts";
import { Api } from "./api.ts";
import type { Host, Program } from "./host.ts";
import type { Datagram } from "./network.ts";
import { keysOf } from "./signing.ts";

/** The core looks at the clock at least as often, or a pause would not be seen. */
const timerMaxMs = 1_000;
/** Datagrams that were queued during a pause come in so long after it. */
const drainMs = 100;

export class Agent implements Program {
  readonly #host: Host;
  readonly #heartbeat: Heartbeat;
  readonly api: Api;
  #state: State;
  #ended = false;
  /** When the one timer goes off, in the world's time. */
  #wakeAt = Number.POSITIVE_INFINITY;
  #drainedAt = Number.NEGATIVE_INFINITY;
  #checkTimer = 0;

  constructor(host: Host, settings: Settings, random: number) {
    const { world } = host;
    this.#host = host;
    this.#state = start(settings, host.now, random, host.past);
    host.past = "unknown";
    this.api = new Api({
      host,
      cloud: world.cloud,
      deadlineMs: settings.deadlineMs,
      members: () => world.ids,
      instances: world.instances,
      emit: (event) => this.receive(event),
    });
    this.#heartbeat = heartbeatOf(host, settings);
    this.#heartbeat.setPeers(
      world.ids.filter((id) => id !== host.id).map((id) => ({ id, name: id, ips: [id] })),
    );
    this.receive({ type: "group", members: world.ids });
    this.tryChecks();
  }

  /** What it would tell a person who asks why. */
  get reasons(): string {
    return [...this.#state.addresses.values()].map(({ reason }) => reason).join("; ");
  }

  get state(): State {
    return this.#state;
  }

  hear(datagram: Datagram): void {
    const { now, world } = this.#host;
    // After a pause the core must know of that before it sees what was queued meanwhile.
    if (now - this.#state.now > deadIntervalMs({ ...this.#state, latenessMs: 0 })) this.tick();
    if (this.#ended) return;
    if (world.plan.group.wire === "exoip" && now < this.#drainedAt) return;
    const received = this.#heartbeat.receive(datagram.bytes, datagram.from);
    if (received.kind === "dropped") {
      world.count(`dropped: ${received.reason}`);
      if (received.sendNow) this.receive({ type: "advertise" });
    }
    if (received.kind !== "frame") return;
    world.accepted(this.#host, datagram);
    this.receive({ type: "frame", from: received.from, frame: received.frame });
    if (received.sendNow) this.receive({ type: "advertise" });
  }

  tick(): void {
    this.receive({ type: "tick" });
  }

  /** SIGHUP: the keys are read again, and the cloud is looked at. */
  look(): void {
    const { world, keyRing } = this.#host;
    this.#heartbeat.setKeys(keysOf(keyRing, world.plan.realSignatures));
    this.receive({ type: "look" });
  }

  /** Health checks, each at its period. */
  tryChecks(): void {
    if (this.#ended) return;
    this.#checkTimer += 1;
    const timer = this.#checkTimer;
    const { checks } = this.#state.settings;
    checks.forEach((_, index) => {
      this.receive({ type: "check", index, good: !this.#host.sick });
    });
    const { checkMs } = this.#host.world.plan.group;
    if (checks.length > 0)
      this.#host.after(checkMs, () => timer === this.#checkTimer && this.tryChecks());
  }

  receive(event: Event): void {
    if (this.#ended) return;
    const { world } = this.#host;
    const { state, effects } = step(this.#state, event, this.#host.now);
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
    this.#arm();
    if (world.tracing && event.type === "observed") {
      const read = [...event.holders].map(([, who]) => [...who].join(" and ") || "nobody");
      world.say(this.#host.id, `reads (${event.scope}): ${read.join("; ")}`);
    }
  }

  end(): void {
    this.#ended = true;
  }

  /** One timer for what the core waits for; one that goes off early is set again. */
  #arm(): void {
    const { world, clock } = this.#host;
    const { now } = world.queue;
    const due = Math.max(now + 1, clock.worldAt(nextDeadline(this.#state)));
    const at = Math.min(due, now + timerMaxMs);
    if (at >= this.#wakeAt && this.#wakeAt > now) return;
    this.#wakeAt = at;
    world.queue.at(at, () => this.#host.deliver(() => this.#timer(at)));
  }

  #timer(at: number): void {
    if (this.#ended || at !== this.#wakeAt) return;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    // What it was set for may have been put off since.
    const early = nextDeadline(this.#state) > this.#host.now + 1;
    if (early && this.#host.now - this.#state.now < timerMaxMs) this.#arm();
    else this.tick();
  }

  #carryOut(effect: Effect): void {
    const host = this.#host;
    const { world } = host;
    switch (effect.type) {
      case "advertise": {
        const bytes = this.#heartbeat.encode(effect.report);
        const datagram = { bytes, from: host.id, sentAt: world.queue.now, origin: "node" } as const;
        for (const id of world.ids) if (id !== host.id) world.network.send(id, datagram);
        break;
      }
      case "observe":
        this.api.observe(effect.scope, effect.also);
        break;
      case "claim":
        this.api.change("claim", effect.ip, host.id);
        break;
      case "release":
        this.api.change("release", effect.ip, effect.whom);
        break;
      case "abandon":
        this.#drainedAt = host.now + drainMs;
        this.#heartbeat.forget();
        // Once this step is done: what is given up is told to the state that follows.
        world.queue.after(0, () => this.api.drop());
        break;
      case "exit":
        host.past = pastOf(this.#state);
        host.programEnds();
        break;
      case "note":
        world.noted(host, effect.note);
    }
  }
}

function heartbeatOf(host: Host, settings: Settings): Heartbeat {
  const { world } = host;
  const { election } = settings;
  const surroundings = { nowMs: () => host.now, onStranger: () => undefined };
  if (world.plan.group.wire === "exoip") {
    const ip = world.ips[0] ?? "";
    return createHeartbeat({ wire: "exoip", ip, nicId: host.nicId, ...surroundings });
  }
  return createHeartbeat({
    wire: "authenticated",
    self: host.id,
    name: host.id,
    boot: settings.boot,
    intervalMs: election.method === "heartbeat" ? election.intervalMs : 1_000,
    deadRatio: election.method === "heartbeat" ? election.deadRatio : 3,
    keys: keysOf(host.keyRing, world.plan.realSignatures),
    ...surroundings,
  });
}

/**
 * keepalived with the notify script that its users write: one call that moves the address, at the
 * transition to MASTER. Nothing looks at what came of it, and nothing repeats it.
 */
import type { NodePlan } from "../plan.ts";
import type { Host, Program } from "../world/host.ts";
import type { Datagram } from "../world/network.ts";
import { decodeVrrp, encodeVrrp } from "./vrrp-frame.ts";

/** What its users add against a split: the script also runs when a MASTER hears a worse one. */
export type KeepalivedPlan = NodePlan & { readonly rxLowerPri?: boolean };

/** The priorities that were measured: 200, and 100 of the other. */
const priorities: readonly number[] = [200, 100];
/** How often its tracked script looks at the proxy. */
const trackMs = 1_000;

export class KeepalivedModel implements Program {
  readonly reasons = "keepalived";
  readonly #host: Host;
  readonly #priority: number;
  readonly #rxLowerPri: boolean;
  readonly #intervalMs: number;
  #state: "master" | "backup" | "fault" = "backup";
  /** An instance has one timer: what was set before it counts no more. */
  #timer = 0;
  #ended = false;

  constructor(host: Host) {
    this.#host = host;
    const { plan, ids } = host.world;
    const index = ids.indexOf(host.id);
    const node: KeepalivedPlan | undefined = plan.nodes[index];
    this.#priority = priorities[index] ?? 100;
    this.#rxLowerPri = node?.rxLowerPri === true;
    this.#intervalMs = plan.group.intervalMs;
    this.#waitForMaster();
    this.#track();
  }

  hear({ bytes }: Datagram): void {
    const theirs = decodeVrrp(bytes);
    if (theirs === undefined || this.#ended || this.#state === "fault") return;
    const isWorse = theirs < this.#priority;
    if (this.#state === "master" && isWorse) this.#answer();
    else if (theirs === 0) this.#after(this.#skewMs, () => this.#take());
    // A worse one is preempted: its advertisements set no timer back.
    else if (!isWorse) this.#waitForMaster();
  }

  tick(): void {
    // Its timer is all it knows of time.
  }

  end(): void {
    this.#ended = true;
  }

  /** SIGTERM: an advertisement of priority 0, so that the peer need not wait. */
  stop(): void {
    if (this.#state === "master") this.#send(0);
    this.#host.programEnds();
  }

  /** RFC 5798, section 6.1: the worse one waits for longer. */
  get #skewMs(): number {
    return ((256 - this.#priority) * this.#intervalMs) / 256;
  }

  #waitForMaster(): void {
    this.#become("backup");
    this.#after(3 * this.#intervalMs + this.#skewMs, () => this.#take());
  }

  #take(): void {
    this.#become("master");
    this.#advertise();
    this.#move();
  }

  #advertise(): void {
    this.#send(this.#priority);
    this.#after(this.#intervalMs, () => this.#advertise());
  }

  /** A MASTER that hears a worse one says at once that it is there. */
  #answer(): void {
    this.#send(this.#priority);
    if (this.#rxLowerPri) this.#move();
  }

  /** A tracked script takes a sick node out of the election, and it says goodbye. */
  #track(): void {
    if (this.#ended) return;
    const { sick, world } = this.#host;
    if (sick && this.#state !== "fault") {
      if (this.#state === "master") this.#send(0);
      this.#timer += 1;
      this.#become("fault");
    }
    if (!sick && this.#state === "fault") this.#waitForMaster();
    world.queue.after(trackMs, () => this.#host.deliver(() => this.#track()));
  }

  #become(state: "master" | "backup" | "fault"): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#host.world.say(this.#host.id, `keepalived is ${state.toUpperCase()}`);
  }

  #after(ms: number, run: () => void): void {
    this.#timer += 1;
    const own = this.#timer;
    const due = (): void => {
      if (own === this.#timer && !this.#ended) run();
    };
    this.#host.world.queue.after(ms, () => this.#host.deliver(due));
  }

  #send(priority: number): void {
    const { id, world } = this.#host;
    const sentAt = world.queue.now;
    const datagram = { bytes: encodeVrrp(priority), from: id, sentAt, origin: "node" } as const;
    for (const other of world.ids) if (other !== id) world.network.send(other, datagram);
  }

  /** The script: one call, whose answer nobody reads. It goes on where keepalived ends. */
  #move(): void {
    const { id: from, world } = this.#host;
    const { cloud, queue, ips } = world;
    const expiresAt = queue.now + 600_000;
    const ip = ips[0] ?? "";
    const request = { from, verb: "claim", ip, whom: from, expiresAt, version: undefined } as const;
    world.say(from, "its script calls the cloud");
    cloud.change(request, () => undefined);
  }
}

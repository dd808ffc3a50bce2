/**
 * The original exoip v0.4.3 for traces, in fewer lines than `models/exoip.ts`: what it says, when it
 * takes the address, and when it lets go. Its API calls hold up its heartbeat, as they do there.
 */
import type { ExoipAdvertisement } from "../../../agent/wire/advertisement.ts";
import type { Mutation } from "../../../lab/model/exoscale/request.ts";
import type { World } from "./node.ts";

export type ExoipParts = {
  readonly id: string;
  readonly ids: readonly string[];
  readonly world: World;
  readonly ip: string;
  /** The lowest wins. */
  readonly priority: number | undefined;
  readonly say: (text: string) => void;
};

const intervalMs = 1_000;
const deadMs = 3 * intervalMs;
const recheckMs = 300_000;

export class OriginalExoip {
  readonly #parts: ExoipParts;
  #life = 0;
  #alive = false;
  #master = false;
  #startedAt = 0;
  #checkedAt = 0;
  /** It waits for the API and does nothing else meanwhile. */
  #busy = false;
  #peers = new Map<string, { priority: number; heardAt: number; dead: boolean }>();

  constructor(parts: ExoipParts) {
    this.#parts = parts;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get #now(): number {
    return this.#parts.world.queue.now;
  }

  boot(): void {
    this.#life += 1;
    this.#alive = true;
    this.#master = false;
    this.#busy = false;
    this.#startedAt = this.#now;
    this.#peers = new Map();
    const life = this.#life;
    this.#every(life, () => this.#ping());
    this.#parts.world.queue.after(100, () => this.#every(life, () => this.#check()));
  }

  kill(): void {
    this.#life += 1;
    this.#alive = false;
  }

  /** SIGTERM: it lets go at once and tells nobody. */
  stop(): void {
    if (this.#master) this.#change("detach-instance-from-elastic-ip", this.#parts.id, () => {});
    this.kill();
    this.#parts.say("exoip ends");
  }

  hear(from: string, frame: ExoipAdvertisement): void {
    if (!this.#alive) return;
    const { priority } = frame;
    this.#peers.set(from, { priority, heardAt: this.#now, dead: false });
    if (!this.#busy) this.#decide();
  }

  #every(life: number, run: () => void): void {
    if (life !== this.#life) return;
    if (!this.#busy) run();
    this.#parts.world.queue.after(intervalMs, () => this.#every(life, run));
  }

  #ping(): void {
    const { id, ip, priority = 10, world } = this.#parts;
    world.send(id, { wire: "exoip", priority, ip, nicId: id });
  }

  #check(): void {
    for (const [id, peer] of this.#peers) {
      if (peer.dead || this.#now - peer.heardAt <= deadMs) continue;
      this.#peers.set(id, { ...peer, dead: true });
      this.#parts.say(`exoip: ${id} is dead`);
      // Tried once.
      this.#change("detach-instance-from-elastic-ip", id, () => {});
    }
    this.#decide();
    if (this.#master && this.#now - this.#checkedAt > recheckMs) this.#become(true);
  }

  #decide(): void {
    const { priority: own = 10 } = this.#parts;
    const better = [...this.#peers.values()].some(({ priority, dead }) => !dead && priority < own);
    const ready = this.#now - this.#startedAt > deadMs + 100;
    if (better === this.#master && (better || ready)) this.#become(!better);
  }

  #become(master: boolean): void {
    const was = this.#master;
    this.#master = master;
    this.#checkedAt = this.#now;
    if (was !== master) this.#parts.say(`exoip: is ${master ? "master" : "backup"}`);
    const verb = master ? "attach-instance-to-elastic-ip" : "detach-instance-from-elastic-ip";
    this.#change(verb, this.#parts.id, (done) => {
      if (!done) this.#master = !master;
    });
  }

  #change(call: Mutation["call"], instance: string, ended: (done: boolean) => void): void {
    const { id, ip, world } = this.#parts;
    const life = this.#life;
    const end = (done: boolean) => {
      if (life !== this.#life) return;
      this.#busy = false;
      ended(done);
    };
    this.#busy = true;
    if (call !== "attach-instance-to-elastic-ip" && call !== "detach-instance-from-elastic-ip")
      return;
    const action = { call, elasticIp: world.cloud.idOf(ip), instance } as const;
    world.cloud.call(id, action, this.#now + 600_000, (delivery) => {
      end(delivery.kind === "answer" && delivery.status === 200);
    });
  }
}

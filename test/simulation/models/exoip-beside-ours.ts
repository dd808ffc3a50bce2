/**
 * The original exoip beside agents of ours, as the random days have it: what it says, when it takes
 * the address, when it lets go. It is rougher than `exoip-original.ts` and decides at every frame,
 * which leaves our agents less time; its seeds are known by what it does, so it stays as it is.
 */
import { decodeExoip, encodeExoip } from "../../../agent/wire/exoip.ts";
import type { Host, Program } from "../world/host.ts";
import type { Datagram } from "../world/network.ts";

const intervalMs = 1_000;
const deadMs = 3 * intervalMs;
/** It looks at the cloud when it has been master for so long, and at no other time. */
const recheckMs = 300_000;
/** Its library asks for the end of an operation so often. */
const pollMs = 2_000;

/** A call without an answer ends so late, as when the API hung and then said 500. */
const hangMs = 8_000;

type Peer = { priority: number; heardAt: number; dead: boolean };

export class ExoipBesideOurs implements Program {
  readonly #host: Host;
  readonly #priority: number;
  #ended = false;
  #master = false;
  readonly #startedAt: number;
  #checkedAt = 0;
  /** It waits for the API and does nothing else meanwhile. */
  #busy = false;
  readonly #peers = new Map<string, Peer>();

  constructor(host: Host, priority: number) {
    this.#host = host;
    this.#priority = priority;
    this.#startedAt = host.now;
    this.#every(() => this.#ping());
    host.world.queue.after(100, () => this.#every(() => this.#check()));
  }

  get reasons(): string {
    return `exoip, ${this.#master ? "master" : "backup"}`;
  }

  hear({ bytes, from }: Datagram): void {
    const decoded = decodeExoip(bytes);
    if (!decoded.ok || decoded.value.wire === "info") return;
    const { priority } = decoded.value;
    this.#peers.set(from, { priority, heardAt: this.#host.now, dead: false });
    if (!this.#busy) this.#decide();
  }

  tick(): void {
    // Its timers are all it knows of time.
  }

  /** SIGTERM: it lets go at once and tells nobody. */
  stop(): void {
    const host = this.#host;
    if (this.#master) this.#ask("release", host.id, () => undefined);
    host.programEnds();
  }

  end(): void {
    this.#ended = true;
  }

  #every(run: () => void): void {
    if (this.#ended) return;
    if (!this.#busy) run();
    this.#host.world.queue.after(intervalMs, () => this.#host.deliver(() => this.#every(run)));
  }

  #ping(): void {
    const { id, nicId, world } = this.#host;
    const bytes = encodeExoip({ priority: this.#priority, ip: world.ips[0] ?? "", nicId });
    const datagram = { bytes, from: id, sentAt: world.queue.now, origin: "node" } as const;
    for (const other of world.ids) if (other !== id) world.network.send(other, datagram);
  }

  #check(): void {
    for (const [id, peer] of this.#peers) {
      if (peer.dead || this.#host.now - peer.heardAt <= deadMs) continue;
      peer.dead = true;
      this.#ask("release", id, () => undefined);
    }
    this.#decide();
    if (this.#master && this.#host.now - this.#checkedAt > recheckMs) this.#become(true);
  }

  #decide(): void {
    const better = [...this.#peers.values()].some(
      ({ priority, dead }) => !dead && priority < this.#priority,
    );
    const ready = this.#host.now - this.#startedAt > deadMs + 100;
    if (better === this.#master && (better || ready)) this.#become(!better);
  }

  #become(master: boolean): void {
    const { id, world, now } = this.#host;
    this.#master = master;
    this.#checkedAt = now;
    world.say(id, `exoip is ${master ? "master" : "backup"}`);
    this.#ask(master ? "claim" : "release", id, (done) => {
      if (!done) this.#master = !master;
    });
  }

  #ask(verb: "claim" | "release", whom: string, ended: (done: boolean) => void): void {
    const { id, world } = this.#host;
    const { cloud, queue } = world;
    this.#busy = true;
    let open = true;
    const end = (done: boolean): void => {
      if (!open) return;
      open = false;
      this.#busy = false;
      if (!this.#ended) ended(done);
    };
    const ip = world.ips[0] ?? "";
    const expiresAt = queue.now + 600_000;
    const request = { from: id, verb, ip, whom, expiresAt, version: undefined } as const;
    // Every call of it by itself: asking after an operation may hang as well.
    const call = (ask: (answered: () => boolean) => void): void => {
      let isAnswered = false;
      queue.after(hangMs, () => isAnswered || end(false));
      ask(() => {
        isAnswered = true;
        return open;
      });
    };
    call((answered) =>
      cloud.change(request, (reply) => {
        if (!answered()) return;
        if (reply.kind !== "done") return end(false);
        const { value } = reply;
        const look = (): void => {
          if (value.state !== "pending") end(value.state === "success");
          else
            queue.after(pollMs, () =>
              call((told) => cloud.poll(id, value, () => told() && look())),
            );
        };
        look();
      }),
    );
  }
}

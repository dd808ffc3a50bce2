/**
 * The elections that an agent can follow: keepalived's VRRP and OpenBSD's CARP, as far as it sees
 * them. In a split both sides say MASTER, which is why their word is a wish and no licence.
 */
import type { Host } from "./host.ts";
import type { Datagram } from "./network.ts";

export type FollowedElection = "vrrp" | "carp";

/** The IP protocol number of both: no datagram of ours begins so. */
const followedMark = 112;
const advertisementMs = 1_000;

export const isFollowed = ({ bytes }: Datagram): boolean => bytes[0] === followedMark;

export class Followed {
  readonly #host: Host;
  readonly #priority: number;
  readonly #downMs: number;
  #heardAt: number;
  #life = 0;
  master = false;
  /** Told at each transition. */
  onChange: ((master: boolean) => void) | undefined;

  /** @param rank 0 for the preferred node */
  constructor(host: Host, election: FollowedElection, rank: number) {
    this.#host = host;
    this.#priority = 200 - 10 * rank;
    // RFC 5798, section 6.1; carp(4) has advskew, which is larger for worse nodes.
    const skewMs =
      election === "vrrp" ? (256 - this.#priority) * (1000 / 256) : 3 * rank * (10_000 / 256);
    this.#downMs = 3 * advertisementMs + skewMs;
    this.#heardAt = host.world.queue.now;
  }

  begin(): void {
    this.#life += 1;
    this.#heardAt = this.#host.world.queue.now;
    this.#become(false);
    this.#turn(this.#life);
  }

  end(): void {
    this.#life += 1;
    this.master = false;
  }

  /** Says goodbye: who hears it waits for its skew alone. */
  resign(): void {
    if (this.master) this.#send(0);
    this.end();
  }

  hear({ bytes }: Datagram): void {
    const theirs = bytes[1] ?? 0;
    if (theirs === 0) this.#heardAt = this.#host.world.queue.now - 3 * advertisementMs;
    // A master answers a worse one by its own next advertisement.
    if (theirs < this.#priority) return;
    this.#heardAt = this.#host.world.queue.now;
    this.#become(false);
  }

  #turn(life: number): void {
    const { world, sick } = this.#host;
    if (life !== this.#life) return;
    const { now } = world.queue;
    // A tracked script takes a sick node out of the election.
    if (sick) this.#become(false);
    else if (now - this.#heardAt > this.#downMs) this.#become(true);
    if (this.master) this.#send(this.#priority);
    const masters = [...world.hosts.values()].filter(({ followed }) => followed?.master);
    if (masters.length > 1) world.twoMastersAt = now;
    // It is no part of the agent and survives that one's restarts.
    world.queue.after(advertisementMs, () => this.#host.deliver(() => this.#turn(life)));
  }

  #send(priority: number): void {
    const { world, id } = this.#host;
    const sentAt = world.queue.now;
    const bytes = Uint8Array.of(followedMark, priority);
    const datagram = { bytes, from: id, sentAt, origin: "node" } as const;
    for (const other of world.ids) if (other !== id) world.network.send(other, datagram);
  }

  #become(master: boolean): void {
    if (master === this.master) return;
    this.master = master;
    const { world, id } = this.#host;
    world.count(`followed: ${master ? "master" : "backup"}`);
    world.say(id, `is ${master ? "MASTER" : "BACKUP"} to its election`);
    this.onChange?.(master);
  }
}

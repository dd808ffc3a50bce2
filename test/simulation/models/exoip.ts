/**
 * The original exoip v0.4.3, loop by loop: one sends, one checks, one looks at the cloud every five
 * minutes, one listens. The check holds the lock over its API calls, and a frame that waits for the
 * lock keeps the sending out, so slow calls silence it. A claim that failed is tried again at every
 * check, the release of a dead peer once; who hears a better one again lets go at its next check.
 */
import { decodeExoip, encodeExoip } from "../../../agent/wire/exoip.ts";
import type { Host, Program } from "../world/host.ts";
import type { Datagram } from "../world/network.ts";
import { ExoipCalls } from "./exoip-calls.ts";
import { PeerLock } from "./peer-lock.ts";

const intervalMs = 1_000;
const deadMs = 3 * intervalMs;
/** Every check begins so late, so that the frames of the same moment are in. */
const skewMs = 100;
/** It looks whether the cloud agrees so often, from its start on, and at no other time. */
const recheckMs = 300_000;

type Peer = {
  readonly id: string;
  priority: number;
  nicId: string;
  heardAt: number;
  dead: boolean;
};

export class ExoipModel implements Program {
  readonly #host: Host;
  readonly #priority: number;
  readonly #calls: ExoipCalls;
  readonly #lock = new PeerLock();
  readonly #peers: readonly Peer[];
  #holdOffUntil = Number.POSITIVE_INFINITY;
  #master = false;
  #ended = false;
  #stopping = false;
  /** What has come in while it waits for the lock. */
  readonly #socket: Datagram[] = [];
  #listening = false;
  #writing = false;

  constructor(host: Host, priority: number) {
    this.#host = host;
    this.#priority = priority;
    this.#calls = new ExoipCalls(host);
    const others = host.world.ids.filter((id) => id !== host.id);
    this.#peers = others.map((id) => ({
      id,
      priority: 0,
      nicId: "",
      heardAt: Number.NEGATIVE_INFINITY,
      dead: true,
    }));
    this.#start();
  }

  get reasons(): string {
    return `exoip, ${this.#master ? "master" : "backup"}`;
  }

  hear(datagram: Datagram): void {
    if (!this.#listening) return;
    this.#socket.push(datagram);
    this.#listen();
  }

  tick(): void {
    // Its loops are all it knows of time.
  }

  /** SIGTERM: a master lets go at once and tells nobody. */
  stop(): void {
    const { id, nicId } = this.#host;
    this.#stopping = true;
    if (this.#master) this.#release(id, nicId, () => this.#exit());
    else this.#exit();
  }

  end(): void {
    this.#ended = true;
  }

  /** It asks for itself and for each peer, one after the other, and exits where that fails. */
  #start(): void {
    const ask = ([id, ...rest]: readonly string[], isSelf: boolean): void => {
      if (id === undefined) this.#begin();
      else
        this.#calls.holds(id, (held) => {
          if (this.#ended) return;
          if (isSelf) this.#holdOffUntil = this.#host.now + deadMs + skewMs;
          if (held === undefined) this.#exit();
          else ask(rest, false);
        });
    };
    ask([this.#host.id, ...this.#peers.map(({ id }) => id)], true);
  }

  #exit(): void {
    if (this.#ended) return;
    this.#host.world.say(this.#host.id, "exoip exits");
    this.#host.programEnds();
  }

  #begin(): void {
    this.#listening = true;
    this.#every(recheckMs, (done) => this.#agree(done));
    this.#every(intervalMs, (done) => this.#ping(done));
    this.#every(intervalMs, (done) => this.#check(done));
  }

  /** A loop: what it does takes its time, and it sleeps for the rest of the period. */
  #every(periodMs: number, run: (done: () => void) => void): void {
    const turn = (): void => {
      if (this.#ended || this.#stopping) return;
      const startedAt = this.#host.now;
      run(() => this.#sleep(periodMs - (this.#host.now - startedAt), turn));
    };
    turn();
  }

  #sleep(ms: number, run: () => void): void {
    const { world } = this.#host;
    world.queue.after(Math.max(0, ms), () => this.#host.deliver(() => this.#ended || run()));
  }

  #ping(done: () => void): void {
    const { id, nicId, world } = this.#host;
    this.#lock.read(() => {
      const bytes = encodeExoip({ priority: this.#priority, ip: world.ips[0] ?? "", nicId });
      const datagram = { bytes, from: id, sentAt: world.queue.now, origin: "node" } as const;
      for (const peer of this.#peers) world.network.send(peer.id, datagram);
      this.#lock.readDone();
      done();
    });
  }

  /** One frame at a time, each written under the lock. */
  #listen(): void {
    const datagram = this.#writing ? undefined : this.#socket.shift();
    if (datagram === undefined) return;
    this.#writing = true;
    const on = (): void => {
      this.#writing = false;
      this.#listen();
    };
    this.#lock.write(() => this.#update(datagram), on);
  }

  #update({ bytes, from }: Datagram): void {
    const decoded = decodeExoip(bytes);
    const peer = this.#peers.find(({ id }) => id === from);
    if (!decoded.ok || decoded.value.wire === "info" || peer === undefined) return;
    const { priority, nicId } = decoded.value;
    Object.assign(peer, { priority, nicId, heardAt: this.#host.now });
  }

  #check(done: () => void): void {
    this.#sleep(skewMs, () => {
      const { now } = this.#host;
      if (now < this.#holdOffUntil) return done();
      this.#lock.read(() => {
        const newlyDead = this.#judge(now);
        const better = this.#peers.some(({ dead, priority }) => !dead && priority < this.#priority);
        this.#become(!better, () =>
          this.#bury(newlyDead, () => {
            this.#lock.readDone();
            done();
          }),
        );
      });
    });
  }

  #judge(now: number): readonly Peer[] {
    const before = this.#peers.filter(({ dead }) => !dead);
    for (const peer of this.#peers) peer.dead = now - peer.heardAt > deadMs;
    return before.filter(({ dead }) => dead);
  }

  #become(master: boolean, then: () => void): void {
    if (this.#master === master) {
      then();
      return;
    }
    const { id, world } = this.#host;
    world.say(id, `exoip is ${master ? "master" : "backup"}`);
    this.#master = master;
    this.#agree((done) => {
      if (!done) this.#master = !master;
      then();
    });
  }

  /** Releases who has just died, once, and sees then whether it holds itself. */
  #bury([dead, ...rest]: readonly Peer[], then: () => void): void {
    if (dead === undefined) then();
    else
      this.#release(dead.id, dead.nicId, () => {
        if (rest.length > 0) this.#bury(rest, then);
        else this.#agree(then);
      });
  }

  /** Makes the cloud agree with what it is: a master attaches itself, a backup lets go. */
  #agree(then: (done: boolean) => void): void {
    const { id, nicId } = this.#host;
    this.#calls.holds(id, (held) => {
      if (this.#ended) return;
      if (held === undefined) then(false);
      else if (held === this.#master) then(true);
      else if (held) this.#release(id, nicId, then);
      else this.#calls.change("claim", id, (done) => this.#ended || then(done));
    });
  }

  /** It asks first what it releases: the NIC that the peer last spoke of has to be that one's. */
  #release(whom: string, nicId: string, then: (done: boolean) => void): void {
    const isTheirs = this.#host.world.host(whom).nicId === nicId;
    this.#calls.holds(whom, (held) => {
      if (this.#ended) return;
      if (!held || !isTheirs) then(false);
      else this.#calls.change("release", whom, (done) => this.#ended || then(done));
    });
  }
}

/** One machine: its clocks, its power, its health, and the program that moves the address. */
import type { Past } from "../../../agent/core/state.ts";
import { Clock } from "./clock.ts";
import { type Followed, isFollowed } from "./followed.ts";
import type { Datagram } from "./network.ts";
import type { KeyRing } from "./signing.ts";
import type { World } from "./world.ts";

/** What runs on a host: an agent of ours, or a model of a peer. */
export type Program = {
  readonly hear: (datagram: Datagram) => void;
  readonly tick: () => void;
  readonly end: () => void;
  readonly reasons: string;
  /** SIGTERM, where it is no agent of ours. */
  readonly stop?: () => void;
};

/**
 * When a host last woke, after how long a sleep, and from when on its agent could know of it: at
 * once, or where its clock stood still, by a frame of a node that it had just heard before.
 */
type Woke = { readonly at: number; readonly sleptMs: number; readonly shownAt: number };

/** Who was awake and heard another for so long knows by its clock how its own goes. */
const knownMs = 5_000;

/** So many datagrams wait in the kernel's buffer at most; what else waits is never lost. */
const bufferedMax = 200;

export class Host {
  readonly id: string;
  readonly nicId: string;
  readonly world: World;
  readonly clock: Clock;
  readonly #boots: (host: Host) => Program;
  program: Program | undefined;
  /** The program beside the agent that elects, where one does. */
  followed: Followed | undefined;
  /** Power and network. */
  up = false;
  #sick = false;
  /** When it fell ill, each time; and when it was last well again. */
  readonly illnesses: number[] = [];
  wellSince = 0;
  /** How wrong the clock on its wall is. */
  wallErrorMs = 0;
  keyRing: KeyRing = [1];
  /** The interval in its configuration, where it is another than the group's. */
  intervalMs: number | undefined;
  /** What its disk says of the agent that ran before. */
  past: Past = "unknown";
  /** Since when nothing on it runs; what comes in waits. */
  frozenAt: number | undefined;
  #waiting: (() => void)[] = [];
  #buffered = 0;
  woke: Woke = { at: Number.NEGATIVE_INFINITY, sleptMs: 0, shownAt: Number.NEGATIVE_INFINITY };
  /** The last frame of each other node that its agent took, and when. */
  readonly #taken = new Map<string, Datagram & { readonly at: number }>();
  /** Nodes whose clocks it knew as it fell asleep. */
  #known: ReadonlySet<string> = new Set();
  /** When each run of its program began. */
  readonly boots: number[] = [];

  constructor(world: World, index: number, driftRate: number, boots: (host: Host) => Program) {
    this.world = world;
    this.id = `lb${index + 1}`;
    this.nicId = `aaaaaaaa-0000-4000-8000-00000000000${index + 1}`;
    this.clock = new Clock(driftRate, 1_000_000 * (index + 1));
    this.#boots = boots;
  }

  get now(): number {
    return this.clock.at(this.world.queue.now);
  }

  get sick(): boolean {
    return this.#sick;
  }

  set sick(sick: boolean) {
    if (sick === this.#sick) return;
    this.#sick = sick;
    if (sick) this.illnesses.push(this.world.queue.now);
    else this.wellSince = this.world.queue.now;
  }

  /** Whether traffic to it is answered: it needs no agent for that. */
  get serves(): boolean {
    return this.up && !this.sick && this.frozenAt === undefined;
  }

  get sound(): boolean {
    return this.serves && this.program !== undefined;
  }

  /** The host comes up, or its agent is started again. */
  boot(): void {
    if (this.program !== undefined || (!this.up && this.world.lost.has(this.id))) return;
    if (this.frozenAt !== undefined) {
      this.deliver(() => this.boot());
      return;
    }
    if (!this.up) this.followed?.begin();
    this.up = true;
    this.boots.push(this.world.queue.now);
    this.world.changed();
    this.world.cloud.power(this.id, false);
    this.program = this.#boots(this);
  }

  /** Power fails. */
  kill(): void {
    this.killProgram();
    this.followed?.end();
    this.up = false;
    this.frozenAt = undefined;
    this.world.changed();
  }

  /** Only the agent dies: the proxy beside it goes on. */
  killProgram(): void {
    this.program?.end();
    this.program = undefined;
    this.#taken.clear();
    this.#waiting = [];
    this.#buffered = 0;
    this.world.changed();
  }

  /** The agent has ended by itself; the service manager of a host that is up starts it again. */
  programEnds(): void {
    this.program?.end();
    this.world.queue.after(0, () => {
      this.killProgram();
      this.world.say(this.id, "ends");
      // All that was asked to stop is started again when all is mended.
      if (this.world.queue.now >= this.world.plan.healAt) this.boot();
    });
  }

  freeze(): void {
    if (!this.up || this.frozenAt !== undefined) return;
    this.frozenAt = this.world.queue.now;
    this.world.changed();
  }

  /** @param unseen its clock stood still meanwhile, as a paused virtual machine's may */
  thaw(unseen: boolean): void {
    const since = this.frozenAt;
    if (since === undefined) return;
    const { now } = this.world.queue;
    this.frozenAt = undefined;
    this.world.changed();
    const awakeSince = Math.max(this.woke.at, this.boots.at(-1) ?? now) + knownMs;
    const known = [...this.#taken.values()].filter(({ at }) => at > since - knownMs);
    this.#known = new Set(since > awakeSince ? known.map(({ from }) => from) : []);
    this.woke = { at: now, sleptMs: now - since, shownAt: unseen ? Number.POSITIVE_INFINITY : now };
    if (unseen) this.clock.stoodSince(since, now);
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#buffered = 0;
    // A process that wakes sees first the timers that are due, then what its sockets hold.
    if (!unseen) this.program?.tick();
    for (const late of waiting) late();
    this.program?.tick();
  }

  /** Runs in this life of the program, now or when the host wakes. */
  deliver(run: () => void): void {
    if (this.frozenAt === undefined) run();
    else this.#waiting.push(run);
  }

  /**
   * Its agent took a frame: by one of a known clock it sees that its own stood still (R15).
   * @returns what is wrong with having taken it (R9), if anything
   */
  took(datagram: Datagram): string | undefined {
    const { bytes, from, sentAt } = datagram;
    const { now } = this.world.queue;
    const before = this.#taken.get(from);
    this.#taken.set(from, { ...datagram, at: now });
    const { at, sleptMs, shownAt } = this.woke;
    const sender = this.world.host(from);
    const asleepAt = at - sleptMs;
    const sameRun = (sender.boots.at(-1) ?? now) < asleepAt;
    // A clock that stood still itself meanwhile shows nothing.
    const stoodToo = sender.woke.shownAt !== sender.woke.at && sender.woke.at > asleepAt;
    const goes = sameRun && !stoodToo && this.#known.has(from);
    const shows = shownAt > now && sentAt >= at && goes;
    if (shows) this.woke = { at, sleptMs, shownAt: now };
    if (before === undefined || before.sentAt < sentAt) return undefined;
    if (before.bytes === bytes) return "one that it had taken already";
    return before.sentAt > sentAt ? "older than one that it had taken" : undefined;
  }

  after(ms: number, run: () => void): void {
    const { program } = this;
    const guarded = (): void => {
      if (this.program === program || program === undefined) run();
    };
    this.world.queue.after(ms, () => this.deliver(guarded));
  }

  hear(datagram: Datagram): void {
    if (!this.up) return;
    if (this.frozenAt !== undefined) {
      if (this.#buffered === bufferedMax) return;
      this.#buffered += 1;
    }
    if (isFollowed(datagram)) this.deliver(() => this.followed?.hear(datagram));
    else if (this.program !== undefined) this.deliver(() => this.program?.hear(datagram));
  }
}

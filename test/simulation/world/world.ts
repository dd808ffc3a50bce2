/** All there is in one run: time, a cloud, a network and hosts. */
import type { Note } from "../../../agent/core/state.ts";
import type { Fault } from "../faults.ts";
import type { Plan } from "../plan.ts";
import { Queue } from "../queue.ts";
import { seeded } from "../random.ts";
import { bootProgram, createHosts } from "./boot.ts";
import { Cloud } from "./cloud.ts";
import type { Host } from "./host.ts";
import { type Datagram, Network } from "./network.ts";
import { wordsOf } from "./words.ts";

/** An instance that is not in the group. */
export const stranger = "out1";

/**
 * A frame proves itself by an echo of what was sent so long ago, in milliseconds, and in intervals
 * of who hears it; from then on frames may fall behind by the dead interval, or by so much.
 */
const young = { leastMs: 5_000, intervals: 3, lateMs: 3_000 };

/** A fault that has begun; it lasts until a moment that is not known yet while it does. */
export type Begun = { readonly at: number; readonly fault: Fault; until: number };

/** A frame that was accepted though it spoke of no now, or was nobody's. */
export type WrongFrame = { readonly at: number; readonly by: string; readonly kind: string };

export class World {
  readonly plan: Plan;
  readonly queue = new Queue();
  readonly random: () => number;
  readonly cloud: Cloud;
  readonly network: Network;
  readonly ids: readonly string[];
  readonly ips: readonly string[];
  readonly instances: readonly string[];
  readonly hosts: ReadonlyMap<string, Host>;
  /** How often each thing came about: what coverage counts. */
  readonly counts: Map<string, number>;
  readonly lines: string[] = [];
  readonly tracing: boolean;
  /** Grows with every change that a checker may want to look at. */
  version = 0;
  /** Faults under way, and when the last one ended. */
  disturbances = 0;
  /** All faults that have begun, in their order. */
  readonly begun: Begun[] = [];
  disturbedAt = 0;
  /** The agent that died last beside a host that went on, and whether that was the only fault. */
  restarted: { readonly at: number; readonly id: string; readonly alone: boolean } | undefined;
  /** When the fault before the last one began or ended. */
  disturbedBefore = 0;
  /** When two hosts were last MASTER to the election that is followed. */
  twoMastersAt = Number.NEGATIVE_INFINITY;
  /** Hosts that died, or fell ill, for good. */
  readonly lost = new Set<string>();
  readonly wrongFrames: WrongFrame[] = [];
  /** The frames that each host took, while somebody records them. */
  readonly #heard = new Map<string, Set<Uint8Array>>();

  constructor(plan: Plan, counts: Map<string, number>, tracing: boolean) {
    this.plan = plan;
    this.counts = counts;
    this.tracing = tracing;
    const { seed } = plan;
    this.random = seeded(seed * 4 + 1);
    this.ids = plan.nodes.map((_, index) => `lb${index + 1}`);
    this.ips = plan.group.orders.map((_, index) => `203.0.113.${7 + index}`);
    this.instances = [...this.ids, stranger];
    this.cloud = new Cloud(this.queue, plan.cloud, this.ips, seeded(seed * 4 + 2), (what) =>
      this.count(`api: ${what}`),
    );
    const random = seeded(seed * 4 + 3);
    this.network = new Network(this.queue, plan.network, random, (to, datagram) =>
      this.hosts.get(to)?.hear(datagram),
    );
    if (plan.faults.some(({ kind }) => kind === "attack")) this.network.recording = [];
    this.hosts = createHosts(this, bootProgram);
  }

  host(id: string): Host {
    const host = this.hosts.get(id);
    if (host === undefined) throw new Error(`there is no host ${id}`);
    return host;
  }

  /** Whether a host is up, and ill for good. */
  ails({ id, up }: Host): boolean {
    return up && this.lost.has(id);
  }

  changed(): void {
    this.version += 1;
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  say(who: string, text: string): void {
    if (!this.tracing) return;
    const at = (this.queue.now / 1000).toFixed(3).padStart(9);
    this.lines.push(`${at}  ${who.padEnd(5)}  ${text}`);
  }

  /** What an agent tells of itself: it is counted and told, and no checker sees it. */
  noted(host: Host, note: Note): void {
    if (note.kind === "role") this.count(`role: ${note.from} > ${note.to}`);
    else if (note.kind === "reason") this.count(`why: ${note.text}`);
    else if (note.kind === "answer") this.count(`answer: ${note.what} ${note.outcome}`);
    else this.count(`note: ${note.kind}`);
    if (this.tracing) this.say(host.id, wordsOf(note));
  }

  /** A datagram went through all tests of an agent. */
  accepted(host: Host, datagram: Datagram): void {
    const { bytes, origin, sentAt } = datagram;
    const wrong = origin === "node" ? host.took(datagram) : undefined;
    // exoip's frames have no number.
    if (wrong !== undefined && this.plan.group.wire === "authenticated")
      this.tellWrongFrame(host, wrong);
    if (this.network.recording === undefined) return;
    const heard = this.#heard.get(host.id) ?? new Set();
    this.#heard.set(host.id, heard);
    // What was recorded just now may be news still.
    const { deadRatio, ...group } = this.plan.group;
    const intervalMs = host.intervalMs ?? group.intervalMs;
    const echoMs = Math.max(young.leastMs, young.intervals * intervalMs);
    const behindMs = Math.max(young.lateMs, deadRatio * intervalMs);
    const youngMs = echoMs + behindMs + this.#stoodStillMs(host.id);
    const isYoung = this.queue.now - sentAt < youngMs;
    const known = heard.has(bytes);
    heard.add(bytes);
    if (origin === "node" || (origin === "replay" && isYoung && !known)) return;
    const which = known ? "that it had heard before" : "that had never reached it";
    const kind = origin === "forged" ? "forged" : `a replay of one ${which}`;
    this.tellWrongFrame(host, kind);
  }

  tellWrongFrame({ id }: Host, kind: string): void {
    this.wrongFrames.push({ at: this.queue.now, by: id, kind });
    this.changed();
  }

  /** Whose clock stood still takes what was recorded meanwhile for news. */
  #stoodStillMs(id: string): number {
    const faults = this.plan.faults.filter(
      ({ kind, node }) => kind === "stop-clock" && node === id,
    );
    return Math.max(0, ...faults.map(({ ms }) => ms));
  }

  /** A fault begins; until its end, and for a bound after it, much is excused. */
  begin(fault: Fault): () => void {
    const one = { at: this.queue.now, fault, until: Number.POSITIVE_INFINITY };
    this.begun.push(one);
    const over = this.disturb();
    return () => {
      one.until = this.queue.now;
      over();
    };
  }

  /** Something is done to the group; gives what ends it. */
  disturb(): () => void {
    this.disturbances += 1;
    this.disturbedBefore = this.disturbedAt;
    this.disturbedAt = this.queue.now;
    this.changed();
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.disturbances -= 1;
      this.disturbedAt = this.queue.now;
      this.changed();
    };
  }
}

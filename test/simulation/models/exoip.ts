/** exoip v0.4.3: step by step where all are exoip, and a rougher one beside agents of ours. */
import type { Host, Program } from "../world/host.ts";
import type { Datagram } from "../world/network.ts";
import { ExoipBesideOurs } from "./exoip-beside-ours.ts";
import { ExoipOriginal } from "./exoip-original.ts";

export class ExoipModel implements Program {
  readonly #model: Program;

  constructor(host: Host, priority: number) {
    const alone = host.world.plan.nodes.every(({ program }) => program === "exoip");
    this.#model = alone ? new ExoipOriginal(host, priority) : new ExoipBesideOurs(host, priority);
  }

  get reasons(): string {
    return this.#model.reasons;
  }

  hear(datagram: Datagram): void {
    this.#model.hear(datagram);
  }

  tick(): void {
    this.#model.tick();
  }

  stop(): void {
    this.#model.stop?.();
  }

  end(): void {
    this.#model.end();
  }
}

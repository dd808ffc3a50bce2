/** What the clients of an address got: a measure, and no judge. */
import type { World } from "../world/world.ts";

export type Measured = {
  /** How long nobody served, all in all and at one stretch. */
  readonly outageMs: number;
  readonly longestMs: number;
  /** How long one that did not serve had a share of the traffic beside one that did. */
  readonly shareLostMs: number;
  readonly moves: number;
  readonly calls: number;
};

/** Looks at the first address from a moment on. */
export class Meter {
  readonly #world: World;
  readonly #from: number;
  #at = 0;
  #state: "fine" | "out" | "shared" = "fine";
  #outSince = 0;
  #outageMs = 0;
  #longestMs = 0;
  #shareLostMs = 0;

  constructor(world: World, from: number) {
    this.#world = world;
    this.#from = from;
  }

  look(): void {
    const { now } = this.#world.queue;
    if (now < this.#from) return;
    const passedMs = now - Math.max(this.#at, this.#from);
    if (this.#state === "out") {
      this.#outageMs += passedMs;
      this.#longestMs = Math.max(this.#longestMs, now - this.#outSince);
    }
    if (this.#state === "shared") this.#shareLostMs += passedMs;
    this.#at = now;
    const state = this.#now();
    if (state === "out" && this.#state !== "out") this.#outSince = now;
    this.#state = state;
  }

  #now(): "fine" | "out" | "shared" {
    const { cloud, ips, hosts } = this.#world;
    const holders = cloud.holders(ips[0] ?? "");
    const serving = holders.filter((id) => hosts.get(id)?.serves);
    if (serving.length === 0) return "out";
    return serving.length < holders.length ? "shared" : "fine";
  }

  get measured(): Measured {
    const { cloud } = this.#world;
    const moves = cloud.moves.filter(({ at, by }) => at >= this.#from && by !== "person").length;
    const calls = cloud.calls.filter(({ at }) => at >= this.#from).length;
    const times = { outageMs: this.#outageMs, longestMs: this.#longestMs };
    return { ...times, shareLostMs: this.#shareLostMs, moves, calls };
  }
}

/** A machine's monotonic clock: it runs a little wrong, and stands still in a sleep unseen. */
export class Clock {
  /** Its seconds in one of the world's: 1.01 is 1 % fast. */
  readonly #rate: number;
  #worldMs = 0;
  #ownMs: number;

  constructor(rate: number, startMs: number) {
    this.#rate = rate;
    this.#ownMs = startMs;
  }

  at(worldMs: number): number {
    return this.#ownMs + (worldMs - this.#worldMs) * this.#rate;
  }

  /** When it will show this. */
  worldAt(ownMs: number): number {
    return this.#worldMs + (ownMs - this.#ownMs) / this.#rate;
  }

  /** It wakes now and shows what it showed then. */
  stoodSince(thenMs: number, nowMs: number): void {
    this.#ownMs = this.at(thenMs);
    this.#worldMs = nowMs;
  }
}

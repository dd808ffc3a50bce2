/** The lock of exoip's list of peers, as Go makes them: who waits to write keeps readers out. */
export class PeerLock {
  #readers = 0;
  #write: (() => void) | undefined;
  #waiting: (() => void)[] = [];

  /** Who reads says when it is done, however long that takes. */
  read(run: () => void): void {
    if (this.#write !== undefined) {
      this.#waiting.push(run);
      return;
    }
    this.#readers += 1;
    run();
  }

  readDone(): void {
    this.#readers -= 1;
    this.#turn();
  }

  /** There is one writer, the loop that listens: it asks again when it has gone `on`. */
  write(run: () => void, on: () => void): void {
    this.#write = () => {
      run();
      // Who waited to read goes first, before anything else is written.
      const admitted = this.#waiting;
      this.#waiting = [];
      this.#readers += admitted.length;
      for (const read of admitted) read();
      on();
    };
    this.#turn();
  }

  #turn(): void {
    const write = this.#write;
    if (this.#readers > 0 || write === undefined) return;
    this.#write = undefined;
    write();
  }
}

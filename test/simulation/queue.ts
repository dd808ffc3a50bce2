/** Events of virtual time: the earliest first, those of one moment in the order of making. */

type Entry = { readonly at: number; readonly order: number; readonly run: () => void };

/** A binary heap of what is to happen. */
export class Queue {
  #heap: Entry[] = [];
  #made = 0;
  now = 0;

  at(at: number, run: () => void): void {
    this.#made += 1;
    const heap = this.#heap;
    heap.push({ at: Math.max(at, this.now), order: this.#made, run });
    for (let child = heap.length - 1; child > 0; ) {
      const parent = (child - 1) >> 1;
      if (!before(heap[child], heap[parent])) break;
      swap(heap, child, parent);
      child = parent;
    }
  }

  after(ms: number, run: () => void): void {
    this.at(this.now + ms, run);
  }

  /**
   * Runs everything up to a moment; `seen` looks at the world after each event, and ends the run
   * there where it gives true.
   */
  runUntil(end: number, seen: () => unknown): void {
    for (let next = this.#take(end); next !== undefined; next = this.#take(end)) {
      this.now = next.at;
      next.run();
      if (seen() === true) return;
    }
    this.now = end;
  }

  #take(end: number): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.at > end) return undefined;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    heap[0] = last;
    for (let parent = 0; ; ) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < heap.length && before(heap[child], heap[least])) least = child;
      }
      if (least === parent) return first;
      swap(heap, least, parent);
      parent = least;
    }
  }
}

const before = (a: Entry | undefined, b: Entry | undefined): boolean =>
  a !== undefined && b !== undefined && (a.at < b.at || (a.at === b.at && a.order < b.order));

function swap(heap: Entry[], i: number, j: number): void {
  const [a, b] = [heap[i], heap[j]];
  if (a === undefined || b === undefined) return;
  heap[i] = b;
  heap[j] = a;
}

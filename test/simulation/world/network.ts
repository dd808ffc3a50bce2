/** The network between the machines: delay, loss, duplicates, cut links. */
import type { Queue } from "../queue.ts";

export type Datagram = {
  readonly bytes: Uint8Array;
  readonly from: string;
  /** When it was sent, and who made it: the agents see neither. */
  readonly sentAt: number;
  readonly origin: "node" | "replay" | "forged";
};

export type NetworkPlan = {
  /** Lowest and highest delay of a datagram. */
  readonly delayMs: readonly [number, number];
  /** Share of the datagrams that arrive twice. */
  readonly duplicates: number;
  /** Links that are broken from a moment on and never mended: the group has to live with it. */
  readonly broken?: { readonly at: number; readonly links: readonly Link[] };
};

/** One direction, from a node to another. */
export type Link = readonly [string, string];

/** What faults add: the shares that are lost and that come twice, and how late some are. */
export type Weather = { loss: number; duplicates: number; reorderMs: number };

export class Network {
  readonly #queue: Queue;
  readonly #plan: NetworkPlan;
  readonly #random: () => number;
  readonly #deliver: (to: string, datagram: Datagram) => void;
  /** Links that are cut, with how many faults cut them. */
  readonly #cuts = new Map<string, number>();
  readonly #weather: Weather = { loss: 0, duplicates: 0, reorderMs: 0 };
  readonly #worse = new Set<readonly [keyof Weather, number]>();
  /** The last datagrams, for who wants to play them again. */
  recording: Datagram[] | undefined;

  constructor(
    queue: Queue,
    plan: NetworkPlan,
    random: () => number,
    deliver: (to: string, datagram: Datagram) => void,
  ) {
    this.#queue = queue;
    this.#plan = plan;
    this.#random = random;
    this.#deliver = deliver;
  }

  cut(from: string, to: string): void {
    const link = `${from}>${to}`;
    this.#cuts.set(link, (this.#cuts.get(link) ?? 0) + 1);
  }

  mend(from: string, to: string): void {
    const link = `${from}>${to}`;
    const left = (this.#cuts.get(link) ?? 0) - 1;
    if (left > 0) this.#cuts.set(link, left);
    else this.#cuts.delete(link);
  }

  /** Bad weather until what is returned is called; of several at once the worst counts. */
  worsen(key: keyof Weather, by: number): () => void {
    const one = [key, by] as const;
    const settle = (): void => {
      this.#weather[key] = Math.max(
        0,
        ...[...this.#worse].map(([of, ill]) => (of === key ? ill : 0)),
      );
    };
    this.#worse.add(one);
    settle();
    return () => {
      this.#worse.delete(one);
      settle();
    };
  }

  send(to: string, datagram: Datagram): void {
    const random = this.#random;
    const weather = this.#weather;
    this.#record(datagram);
    if (this.#cuts.size > 0 && this.#cuts.has(`${datagram.from}>${to}`)) return;
    if (weather.loss > 0 && random() < weather.loss) return;
    this.#arrive(to, datagram);
    const duplicates = this.#plan.duplicates + weather.duplicates;
    if (duplicates > 0 && random() < duplicates) this.#arrive(to, datagram);
  }

  #arrive(to: string, datagram: Datagram): void {
    const random = this.#random;
    const [low, high] = this.#plan.delayMs;
    const { reorderMs } = this.#weather;
    const late = reorderMs > 0 && random() < 0.3 ? random() * reorderMs : 0;
    this.#queue.after(low + random() * (high - low) + late, () => this.#deliver(to, datagram));
  }

  #record(datagram: Datagram): void {
    if (this.recording === undefined || datagram.origin !== "node") return;
    this.recording.push(datagram);
    if (this.recording.length > 100) this.recording.shift();
  }
}

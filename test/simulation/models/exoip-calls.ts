/** The API as exoip calls it: whether an instance holds the address, attach, detach. */
import type { Operation, OperationState, Reply, Shown } from "../world/cloud.ts";
import type { Host } from "../world/host.ts";

/** Its library asks for the end of an operation so often, the first time after as long. */
const pollMs = 2_000;
/** Its library gives a call up after this time. */
const timeoutMs = 60_000;
/** A request is signed for this time, so one that comes late is carried out all the same. */
const expiresMs = 600_000;

/** What a call came to; undefined where it failed. */
type Told<Value> = (value: Value | undefined) => void;

export class ExoipCalls {
  readonly #host: Host;
  readonly #ip: string;
  constructor(host: Host) {
    this.#host = host;
    this.#ip = host.world.ips[0] ?? "";
  }

  holds(whom: string, told: Told<boolean>): void {
    const { id, world } = this.#host;
    this.#call<Shown>(
      (answered) => world.cloud.read(id, [whom], answered),
      (shown) => told(shown && shown.holders.get(this.#ip)?.has(whom) === true),
    );
  }

  /** Waits for the end of the operation, which it learns of at a poll at the soonest. */
  change(verb: "claim" | "release", whom: string, told: (done: boolean) => void): void {
    const { id, world } = this.#host;
    const expiresAt = world.queue.now + expiresMs;
    const request = { from: id, verb, ip: this.#ip, whom, expiresAt, version: undefined } as const;
    this.#call<Operation>(
      (answered) => world.cloud.change(request, answered),
      (operation) => {
        if (operation === undefined) told(false);
        else this.#follow(operation, operation.state, told);
      },
    );
  }

  #follow(operation: Operation, state: OperationState, told: (done: boolean) => void): void {
    if (state !== "pending") {
      told(state === "success");
      return;
    }
    const { id, world } = this.#host;
    this.#later(pollMs, () =>
      this.#call<OperationState>(
        (answered) => world.cloud.poll(id, operation, answered),
        (now) => (now === undefined ? told(false) : this.#follow(operation, now, told)),
      ),
    );
  }

  #call<Value>(ask: (answered: (reply: Reply<Value>) => void) => void, told: Told<Value>): void {
    let isOpen = true;
    const end = (value: Value | undefined): void => {
      if (!isOpen) return;
      isOpen = false;
      this.#host.deliver(() => told(value));
    };
    this.#host.world.queue.after(timeoutMs, () => end(undefined));
    this.#endWithTheHang(() => end(undefined));
    ask((reply) => end(reply.kind === "done" ? reply.value : undefined));
  }

  /** An API that hangs answers with 500 when that is over, as the one of the measurements did. */
  #endWithTheHang(end: () => void): void {
    const { cloud, queue } = this.#host.world;
    const hangs = (): boolean => [...cloud.disorders].some(({ kind }) => kind === "hang");
    const look = (): void => (hangs() ? queue.after(10, look) : end());
    if (hangs()) look();
  }

  #later(ms: number, run: () => void): void {
    const { world } = this.#host;
    world.queue.after(ms, () => this.#host.deliver(run));
  }
}

/** An agent's side of the cloud: each request of the core is sent once and its outcome told once. */
import { pollAfter, pollMs } from "../../../agent/core/backoff.ts";
import type { Event, Scope } from "../../../agent/core/state.ts";
import type { Cloud, Operation, OperationState, Reply } from "./cloud.ts";
import type { Host } from "./host.ts";

export type ApiParts = {
  readonly host: Host;
  readonly cloud: Cloud;
  readonly deadlineMs: number;
  readonly members: () => readonly string[];
  /** All that the cloud knows, also outside the group. */
  readonly instances: readonly string[];
  readonly emit: (event: Event) => void;
};

type Outcome = "done" | "refused" | "unknown";

export class Api {
  readonly #parts: ApiParts;
  /** What the last read showed, for requests that name it. */
  #versions: ReadonlyMap<string, number> = new Map();
  /** How to end what is under way, when it is given up. */
  readonly #underWay = new Set<() => void>();
  /** How wrong this agent is about the cloud's time; an answer's Date header tells. */
  clockErrorMs: number;
  /** When the last read that was answered began, in the world's time: what checkers ask. */
  readBegunAt = Number.NEGATIVE_INFINITY;

  constructor(parts: ApiParts) {
    this.#parts = parts;
    this.clockErrorMs = parts.host.wallErrorMs;
  }

  observe(scope: Scope, also: readonly string[]): void {
    const { host, cloud, members, instances } = this.#parts;
    const begunAt = host.now;
    const askedAt = host.world.queue.now;
    const group = [...new Set([...members(), ...also])];
    const ids = scope === "zone" ? instances : scope === "self" ? [host.id] : group;
    const end = this.#open(() => this.#failed("no answer"));
    const ask = (): void =>
      cloud.read(host.id, ids, (reply) =>
        host.deliver(() => {
          if (reply.kind === "unreachable") return end(() => this.#failed("unreachable"));
          const wrong = Math.abs(this.clockErrorMs) > 60_000 && cloud.traits.fence === "expiry";
          this.clockErrorMs = 0;
          // Its signature had expired: it is asked again at once, with the right time.
          if (wrong) return ask();
          if (reply.kind === "refused") return end(() => this.#failed(reply.why, reply));
          const { holders, stopped, versions, dateMs } = reply.value;
          const cloudAheadMs = dateMs - host.now;
          end(() => {
            this.#versions = versions;
            this.readBegunAt = askedAt;
            const read = { scope, begunAt, holders, stopped, cloudAheadMs };
            this.#parts.emit({ type: "observed", ...read });
          });
        }),
      );
    ask();
  }

  change(verb: "claim" | "release", ip: string, whom: string): void {
    const { host, cloud, deadlineMs } = this.#parts;
    const { queue } = host.world;
    const until = queue.now + deadlineMs;
    const told = (outcome: Outcome, why: string, reply?: object): void =>
      this.#parts.emit({ type: "requested", ip, outcome, why, ...retryAfter(reply) });
    const end = this.#open(() => told("unknown", "no answer"));
    const serverMs = queue.now + this.clockErrorMs;
    const request = {
      from: host.id,
      verb,
      ip,
      whom,
      // A signature's moment is given in whole seconds.
      expiresAt: Math.floor((serverMs + deadlineMs) / 1000) * 1000 + 5_000,
      version: this.#versions.get(ip),
    };
    cloud.change(request, (reply) =>
      host.deliver(() => {
        if (reply.kind === "unreachable") return end(() => told("refused", "unreachable"));
        this.clockErrorMs = 0;
        if (reply.kind === "refused") return end(() => told("refused", reply.why, reply));
        this.#follow(verb, reply.value, until, (state) => end(() => told(ended[state], state)));
      }),
    );
  }

  /** Asks for the state of an operation until it has ended, or it is too late. */
  #follow(
    verb: "claim" | "release",
    operation: Operation,
    until: number,
    tell: (state: OperationState) => void,
  ): void {
    const { host, cloud, deadlineMs } = this.#parts;
    const { now } = host.world.queue;
    // The last poll is sent just before the deadline.
    const leftMs = until - 100 - now;
    const waitMs = Math.min(leftMs, pollAfter(pollMs[verb], now - (until - deadlineMs)));
    if (!cloud.traits.polled) tell(operation.state);
    else if (leftMs > 0)
      host.after(waitMs, () =>
        cloud.poll(host.id, operation, (polled) =>
          host.deliver(() => {
            if (polled.kind === "done" && polled.value !== "pending") tell(polled.value);
            else this.#follow(verb, operation, until, tell);
          }),
        ),
      );
  }

  /** Sockets are destroyed; what had got out may be carried out all the same. */
  drop(): void {
    for (const give of [...this.#underWay]) give();
  }

  #failed(why: string, reply?: object): void {
    this.#parts.emit({ type: "observe-failed", why, ...retryAfter(reply) });
  }

  /** Begins what must end once, by itself or at its deadline; gives how to end it. */
  #open(late: () => void): (tell: () => void) => void {
    const { host, deadlineMs } = this.#parts;
    let open = true;
    const end = (tell: () => void): void => {
      if (!open) return;
      open = false;
      this.#underWay.delete(giveUp);
      tell();
    };
    const giveUp = (): void => end(late);
    this.#underWay.add(giveUp);
    host.after(deadlineMs, giveUp);
    return end;
  }
}

const ended = { success: "done", failure: "refused", pending: "unknown" } as const;

const retryAfter = (reply: object | undefined): { retryAfterMs?: number } => {
  const { retryAfterMs } = (reply ?? {}) as Partial<Extract<Reply<never>, { kind: "refused" }>>;
  return retryAfterMs === undefined ? {} : { retryAfterMs };
};

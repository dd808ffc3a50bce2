/**
 * The simulated cloud: who holds which address, behind an API that takes its time and can fail in
 * every way that the real ones do. It is a small model of its own, since the full one of
 * `lab/model` is too slow for millions of runs; `cloud.test.ts` holds the two together.
 */
import type { Queue } from "../queue.ts";
import { type CloudKind, type Traits, traits } from "./cloud-traits.ts";
import { type Disorder, type DisorderKind, meets, type Verb } from "./disorder.ts";

type Range = readonly [number, number];

export type CloudPlan = {
  readonly kind: CloudKind;
  readonly operationMs: Range;
  /** One way of a call. */
  readonly latencyMs: Range;
  /** How old a read may be. */
  readonly lagMs: number;
};

/** Holders changed: `by` is the node that asked, or `person`. */
export type Move = {
  readonly at: number;
  /** When the request left its node. */
  readonly askedAt: number;
  readonly by: string;
  readonly verb: "claim" | "release";
  readonly ip: string;
  readonly before: readonly string[];
  readonly holders: readonly string[];
};

/** A call that left a node, and of how many nodes it asks: more than one where the cloud allows. */
export type Call = {
  readonly at: number;
  readonly from: string;
  readonly verb: Verb;
  readonly nodes: number;
};

/** What a node was shown: of which nodes, as it was when, when it came, and who held what. */
export type Look = {
  readonly from: string;
  readonly ids: readonly string[];
  readonly at: number;
  readonly answeredAt: number;
  readonly holders: ReadonlyMap<string, ReadonlySet<string>>;
};

export type Reply<Value> =
  | { readonly kind: "done"; readonly value: Value }
  | { readonly kind: "refused"; readonly why: string; readonly retryAfterMs?: number }
  | { readonly kind: "unreachable" };

export type Shown = {
  readonly holders: ReadonlyMap<string, ReadonlySet<string>>;
  readonly stopped: ReadonlySet<string>;
  readonly versions: ReadonlyMap<string, number>;
  /** The cloud's clock as it answers, to the second. */
  readonly dateMs: number;
};

export type OperationState = "pending" | "success" | "failure";

export type Request = {
  readonly from: string;
  readonly verb: "claim" | "release";
  readonly ip: string;
  readonly whom: string;
  /** On the cloud's clock. */
  readonly expiresAt: number;
  readonly version: number | undefined;
};

/** A change under way; the cloud brings its state on. */
export type Operation = { state: OperationState; endedAt: number };
type Held = { readonly at: number; readonly holders: readonly string[] };
type Power = { readonly at: number; readonly off: boolean };

export class Cloud {
  readonly traits: Traits;
  readonly moves: Move[] = [];
  readonly calls: Call[] = [];
  readonly looks: Look[] = [];
  readonly disorders = new Set<Disorder>();
  readonly #queue: Queue;
  readonly #plan: CloudPlan;
  readonly #random: () => number;
  readonly #past = new Map<string, Held[]>();
  /** When each of an address's versions began, the first at 0: a stale read shows an old one. */
  readonly #versions = new Map<string, number[]>();
  /** Of instances that were ever not running. */
  readonly #powers = new Map<string, Power[]>();
  /** An instance's changes end in the order in which they began. */
  readonly #busyUntil = new Map<string, number>();
  /** Who waits for a request of a kind, to be told once. */
  readonly #waiting: { readonly verb: Verb; readonly run: () => void }[] = [];
  /** Told of every disorder that met a call, and of every refusal of the cloud's own. */
  readonly #met: (what: string) => void;

  constructor(
    queue: Queue,
    plan: CloudPlan,
    ips: readonly string[],
    random: () => number,
    met: (what: string) => void,
  ) {
    this.#queue = queue;
    this.#plan = plan;
    this.#random = random;
    this.#met = met;
    this.traits = traits[plan.kind];
    for (const ip of ips) {
      this.#past.set(ip, [{ at: 0, holders: [] }]);
      this.#versions.set(ip, [0]);
    }
  }

  /** Who is routed to now: the truth, which checkers read. */
  holders(ip: string): readonly string[] {
    return this.#past.get(ip)?.at(-1)?.holders ?? [];
  }

  /** A person in the console: at once, and from whoever holds. */
  person(ip: string, holders: readonly string[]): void {
    const claims = holders.some((id) => !this.holders(ip).includes(id));
    const move = { ip, by: "person", verb: claims ? "claim" : "release" } as const;
    this.#become(holders, { ...move, askedAt: this.#queue.now });
  }

  /** An instance is switched off or on. */
  power(id: string, off: boolean): void {
    const past = this.#powers.get(id) ?? [];
    if ((past.at(-1)?.off ?? false) === off) return;
    this.#powers.set(id, [...past, { at: this.#queue.now, off }]);
  }

  /** Who of these holds and runs. A read that fails in part fails. */
  read(from: string, ids: readonly string[], answered: (reply: Reply<Shown>) => void): void {
    const parts = this.traits.readsInstances ? ids : [""];
    const shownAt: number[] = [];
    let lastMs = 0;
    let upsMs = 0;
    for (const _ of parts) {
      const met = this.#called(from, "read", ids.length / parts.length);
      const upMs = this.#latency() + (met?.kind === "late" ? met.ms : 0);
      const downMs = this.#latency();
      if (met?.kind === "hang" || met?.kind === "answer-lost") return;
      const trouble = troubleOf(met);
      if (trouble !== undefined) {
        this.#queue.after(upMs + downMs, () => answered(trouble));
        return;
      }
      const lagMs = met?.kind === "lag" ? met.ms : this.#random() * this.#plan.lagMs;
      shownAt.push(this.#queue.now + upMs - lagMs);
      lastMs = Math.max(lastMs, upMs + downMs);
      upsMs = Math.max(upsMs, upMs);
    }
    const dateMs = Math.floor((this.#queue.now + upsMs) / 1000) * 1000;
    this.#queue.after(lastMs, () => {
      const shown = this.#shown(ids, shownAt);
      const { holders } = shown;
      this.looks.push({
        ...{ from, ids, holders },
        ...{ at: Math.min(...shownAt), answeredAt: this.#queue.now },
      });
      answered({ kind: "done", value: { ...shown, dateMs } });
    });
  }

  /** Asks for a change. Where it is polled `value` is the operation's poll, else it has ended. */
  change(request: Request, answered: (reply: Reply<Operation>) => void): void {
    const { from, verb } = request;
    const askedAt = this.#queue.now;
    const met = this.#called(from, verb);
    if (met?.kind === "hang") return;
    const trouble = troubleOf(met);
    const upMs = this.#latency() + (met?.kind === "late" ? met.ms : 0);
    if (trouble !== undefined && met?.kind !== "error-applied") {
      this.#queue.after(upMs + this.#latency(), () => answered(trouble));
      return;
    }
    this.#queue.after(upMs, () => {
      const refusal = this.#refusal(request);
      const operation: Operation = { state: "pending", endedAt: Number.POSITIVE_INFINITY };
      const endsMs = refusal === undefined ? this.#begin(request, askedAt, operation, met) : 0;
      if (met?.kind === "answer-lost") return;
      const waitMs = (this.traits.polled ? 0 : endsMs) + this.#latency();
      this.#queue.after(waitMs, () => {
        const reply = refusal ?? ({ kind: "done", value: operation } as const);
        answered(trouble ?? reply);
      });
    });
  }

  poll(from: string, operation: Operation, answered: (reply: Reply<OperationState>) => void): void {
    const met = this.#called(from, "poll");
    if (met?.kind === "hang" || met?.kind === "answer-lost") return;
    const trouble = troubleOf(met);
    const upMs = this.#latency() + (met?.kind === "late" ? met.ms : 0);
    const askedAt = this.#queue.now + upMs;
    this.#queue.after(upMs + this.#latency(), () => {
      const value = operation.endedAt <= askedAt ? operation.state : "pending";
      answered(trouble ?? { kind: "done", value });
    });
  }

  /** Runs once, when the next such request has left a node. */
  upon(verb: Verb, run: () => void): void {
    this.#waiting.push({ verb, run });
  }

  #called(from: string, verb: Verb, nodes = 1): Disorder | undefined {
    this.calls.push({ at: this.#queue.now, from, verb, nodes });
    const index = this.#waiting.findIndex((one) => one.verb === verb);
    if (index >= 0) for (const { run } of this.#waiting.splice(index, 1)) run();
    for (const disorder of this.disorders) {
      if (!meets(disorder, from, verb, this.#random)) continue;
      this.#met(`${disorder.kind} ${verb}`);
      return disorder;
    }
    return undefined;
  }

  #latency(): number {
    return drawn(this.#plan.latencyMs, this.#random);
  }

  #shown(ids: readonly string[], shownAt: readonly number[]): Omit<Shown, "dateMs"> {
    const holders = new Map<string, Set<string>>();
    for (const [ip, past] of this.#past) {
      const who = new Set<string>();
      ids.forEach((id, index) => {
        const at = shownAt[index] ?? shownAt[0] ?? 0;
        if (past.findLast((held) => held.at <= at)?.holders.includes(id)) who.add(id);
      });
      holders.set(ip, who);
    }
    const stopped = new Set(
      ids.filter((id, index) => {
        const at = shownAt[index] ?? shownAt[0] ?? 0;
        return this.#powers.get(id)?.findLast((one) => one.at <= at)?.off;
      }),
    );
    const versions = new Map<string, number>();
    for (const ip of holders.keys()) versions.set(ip, this.#versionAt(ip, shownAt[0] ?? 0));
    return { holders, stopped, versions };
  }

  #versionAt(ip: string, at: number): number {
    return (this.#versions.get(ip) ?? []).filter((since) => since <= at).length;
  }

  /** What the cloud itself has against a request that has arrived. */
  #refusal(request: Request): Extract<Reply<never>, { kind: "refused" }> | undefined {
    const { fence, detaches } = this.traits;
    const { expiresAt, ip, verb, version } = request;
    const why =
      fence === "expiry" && expiresAt < this.#queue.now
        ? "expired"
        : fence === "version" && version !== this.#versionAt(ip, this.#queue.now)
          ? "conflict"
          : verb === "release" && !detaches
            ? "cannot be detached"
            : undefined;
    if (why === undefined) return undefined;
    this.#met(`refusal: ${why}`);
    return { kind: "refused", why };
  }

  /** Begins a change and gives how long it takes. */
  #begin(
    request: Request,
    askedAt: number,
    operation: Operation,
    met: Disorder | undefined,
  ): number {
    const { ip, whom, verb, from } = request;
    const { now } = this.#queue;
    const slowMs = met?.kind === "slow" ? met.ms : 0;
    const takesMs = drawn(this.#plan.operationMs, this.#random) + slowMs;
    const endsAt = Math.max(now + takesMs, this.#busyUntil.get(whom) ?? 0);
    this.#busyUntil.set(whom, endsAt);
    this.#versions.get(ip)?.push(now);
    this.#queue.at(endsAt, () => {
      operation.state = met?.kind === "fails" ? "failure" : "success";
      operation.endedAt = endsAt;
      if (operation.state === "success") {
        this.#become(this.#after(request), { ip, by: from, verb, askedAt });
      }
    });
    return endsAt - now;
  }

  #after({ ip, whom, verb }: Request): readonly string[] {
    const before = this.holders(ip);
    if (verb === "release") return before.filter((id) => id !== whom);
    if (!this.traits.several) return [whom];
    return before.includes(whom) ? before : [...before, whom];
  }

  #become(holders: readonly string[], move: Pick<Move, "ip" | "by" | "verb" | "askedAt">): void {
    const { ip, by } = move;
    const before = this.holders(ip);
    const same = before.length === holders.length && before.every((id) => holders.includes(id));
    if (same) return;
    const at = this.#queue.now;
    if (by === "person") this.#versions.get(ip)?.push(at);
    this.#past.get(ip)?.push({ at, holders });
    this.moves.push({ ...move, at, before, holders });
  }
}

const drawn = ([low, high]: Range, random: () => number): number => low + random() * (high - low);

/** What the caller is told instead of an answer. */
function troubleOf(met: Disorder | undefined): Exclude<Reply<never>, { kind: "done" }> | undefined {
  const refused = (why: DisorderKind) => ({ kind: "refused", why }) as const;
  switch (met?.kind) {
    case "error":
    case "error-applied":
    case "forbidden":
      return refused(met.kind);
    case "limited":
      return { ...refused(met.kind), retryAfterMs: met.ms };
    case "unreachable":
      return { kind: "unreachable" };
    default:
      return undefined;
  }
}

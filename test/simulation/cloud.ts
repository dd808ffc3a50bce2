/** The simulator's cloud: the Exoscale model under virtual time, asked as the agent asks it. */

import type { Settings } from "../../lab/model/exoscale/cloud.ts";
import type { Action, Delivery } from "../../lab/model/exoscale/request.ts";
import type { Instance } from "../../lab/model/exoscale/world.ts";
import {
  type CloudInput,
  createCloud,
  holdersOf,
  nextDueMs,
  step,
} from "../../lab/model/exoscale.ts";
import type { Queue } from "./queue.ts";

export const elasticIp = "eeeeeeee-0000-4000-8000-000000000001";

const instance = (id: string): Instance => ({
  id,
  name: id,
  state: "running",
  publicIp: "198.51.100.1",
  labels: {},
  securityGroups: [],
  antiAffinityGroups: [],
  elasticIps: [],
  createdAt: "2026-01-01T00:00:00Z",
});

/** One call of a node, to be answered once; a call that hangs is never answered. */
type Call = { readonly answered: (delivery: Delivery) => void };

export class SimulatedCloud {
  readonly #queue: Queue;
  readonly #random: () => number;
  readonly #calls = new Map<string, Call>();
  #cloud;
  #made = 0;
  /** Mutating and reading calls that reached out, by node: what I6 bounds. */
  readonly callsBy = new Map<string, number[]>();
  /** Changes of the holders, with who made them: a node's id, or `person`. */
  readonly moves: { at: number; by: string; holders: readonly string[] }[] = [];

  constructor(
    queue: Queue,
    random: () => number,
    nodes: readonly string[],
    settings: Partial<Settings>,
  ) {
    this.#queue = queue;
    this.#random = random;
    const address = {
      id: elasticIp,
      ip: "203.0.113.7",
      family: "inet4",
      description: "",
      labels: {},
    } as const;
    const world = {
      zone: "ch-gva-2",
      apiEndpoint: "http://cloud.invalid/v2",
      instances: Object.fromEntries(nodes.map((id) => [id, instance(id)])),
      elasticIps: { [elasticIp]: address },
      securityGroups: {},
      antiAffinityGroups: {},
    };
    const keys = Object.fromEntries(nodes.map((id) => [id, { allows: "all" } as const]));
    this.#cloud = createCloud(world, keys, settings);
  }

  /** Who is routed to now: the truth, which checkers read. */
  get holders(): readonly string[] {
    return holdersOf(this.#cloud, elasticIp);
  }

  call(from: string, action: Action, expiresMs: number, answered: Call["answered"]): void {
    this.#made += 1;
    const id = String(this.#made);
    this.#calls.set(id, { answered });
    const times = this.callsBy.get(from) ?? [];
    times.push(this.#queue.now);
    this.callsBy.set(from, times);
    const expiresS = Math.floor((this.#cloud.settings.epochMs + expiresMs) / 1000);
    const credential = { kind: "signed", key: from, expiresS } as const;
    this.input({ kind: "request", request: { id, from, credential, action } });
  }

  input(input: CloudInput): void {
    const { cloud, answers, events } = step(this.#cloud, input, this.#queue.now, this.#random);
    this.#cloud = cloud;
    for (const event of events) {
      if (event.kind !== "holders") continue;
      const by = event.by === "person" ? "person" : event.by.from;
      this.moves.push({ at: event.atMs, by, holders: event.holders });
    }
    for (const { id, delivery } of answers) {
      const call = this.#calls.get(id);
      this.#calls.delete(id);
      call?.answered(delivery);
    }
    const due = nextDueMs(this.#cloud);
    if (due !== undefined) this.#queue.at(due, () => this.input({ kind: "wake" }));
  }
}

/** The cloud of traces: the Exoscale model under virtual time, asked as the agent asks it. */

import type { Settings } from "../../../lab/model/exoscale/cloud.ts";
import type { Action, Delivery } from "../../../lab/model/exoscale/request.ts";
import type { Instance } from "../../../lab/model/exoscale/world.ts";
import {
  type CloudInput,
  createCloud,
  holdersOf,
  nextDueMs,
  step,
} from "../../../lab/model/exoscale.ts";
import type { Queue } from "../queue.ts";

export const elasticIp = "eeeeeeee-0000-4000-8000-000000000001";

/** What a world may have beyond one address and the nodes of the group. */
export type Extras = {
  /** All addresses; the first is the one that checkers look at. */
  readonly ips?: readonly string[];
  /** Instances that are not in the group. */
  readonly strangers?: readonly string[];
  /** An attach takes the address from whoever has it, as most clouds do. */
  readonly oneHolder?: boolean;
  /** Told of each call before the cloud sees it. */
  readonly onCall?: (from: string, action: Action) => void;
};

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
  readonly moves: { at: number; by: string; ip: string; holders: readonly string[] }[] = [];
  readonly #extras: Extras;
  readonly #ips: readonly string[];
  /** Every instance that the cloud knows. */
  readonly instances: readonly string[];

  constructor(
    queue: Queue,
    random: () => number,
    nodes: readonly string[],
    settings: Partial<Settings>,
    extras: Extras = {},
  ) {
    this.#queue = queue;
    this.#random = random;
    this.#extras = extras;
    this.#ips = extras.ips ?? ["203.0.113.7"];
    this.instances = [...nodes, ...(extras.strangers ?? [])];
    const addresses = this.#ips.map((ip) => {
      const address = {
        id: this.idOf(ip),
        ip,
        family: "inet4",
        description: "",
        labels: {},
      } as const;
      return [address.id, address] as const;
    });
    const world = {
      zone: "ch-gva-2",
      apiEndpoint: "http://cloud.invalid/v2",
      instances: Object.fromEntries(this.instances.map((id) => [id, instance(id)])),
      elasticIps: Object.fromEntries(addresses),
      securityGroups: {},
      antiAffinityGroups: {},
    };
    const keys = Object.fromEntries(nodes.map((id) => [id, { allows: "all" } as const]));
    this.#cloud = createCloud(world, keys, settings);
  }

  /** Who is routed to now: the truth, which checkers read. */
  holdersOf(ip: string): readonly string[] {
    return holdersOf(this.#cloud, this.idOf(ip));
  }

  /** The cloud's id of an address. */
  idOf(ip: string): string {
    return `${elasticIp.slice(0, -1)}${this.#ips.indexOf(ip) + 1}`;
  }

  call(from: string, action: Action, expiresMs: number, answered: Call["answered"]): void {
    this.#extras.onCall?.(from, action);
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
      const { atMs: at, elasticIp: id } = event;
      const ip = this.#ips.find((one) => this.idOf(one) === id) ?? "";
      const holders = this.#extras.oneHolder ? this.#latest(ip, event.holders) : event.holders;
      this.moves.push({ at, by, ip, holders });
    }
    for (const { id, delivery } of answers) {
      const call = this.#calls.get(id);
      this.#calls.delete(id);
      call?.answered(delivery);
    }
    const due = nextDueMs(this.#cloud);
    if (due !== undefined) this.#queue.at(due, () => this.input({ kind: "wake" }));
  }

  /** Takes the address from those who had it before, at the same moment. */
  #latest(ip: string, holders: readonly string[]): readonly string[] {
    const before = this.moves.findLast((move) => move.ip === ip)?.holders ?? [];
    const added = holders.filter((id) => !before.includes(id));
    if (added.length === 0) return holders;
    for (const id of holders.filter((one) => !added.includes(one))) {
      const change = { kind: "detach", elasticIp: this.idOf(ip), instance: id } as const;
      const input = { kind: "person", change } as const;
      this.#cloud = step(this.#cloud, input, this.#queue.now, this.#random).cloud;
    }
    return added;
  }
}

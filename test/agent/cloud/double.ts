/** The HTTP double with a client of the agent's before it, both ended with the test. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Cloud } from "../../../agent/cloud/cloud.ts";
import { createExoscale } from "../../../agent/cloud/exoscale.ts";
import type { ApiOptions } from "../../../agent/cloud/exoscale-call.ts";
import {
  type Emulator,
  type EmulatorOptions,
  type LoggedRequest,
  startExoscale,
} from "../../../lab/emulators/exoscale.ts";
import type { Settings } from "../../../lab/model/exoscale/cloud.ts";
import type { Effect, Fault } from "../../../lab/model/exoscale/fault.ts";
import type { Call } from "../../../lab/model/exoscale/request.ts";
import { ids, seeded, world } from "../../lab/world.ts";
import { callWitness } from "../../outsiders/witness.ts";

export const key = "EXOlb100000000000000000001";
export const secret = "lb1-secret-0123456789abcdefghijklmnopqrstuv";

/** What the smallest policy of the Pulumi program allows. */
const allows: readonly Call[] = [
  "get-instance",
  "list-instances",
  "list-elastic-ips",
  "get-operation",
  "list-zones",
  "attach-instance-to-elastic-ip",
  "detach-instance-from-elastic-ip",
];

export type Double = Emulator & {
  readonly cloud: Cloud;
  /** Begins a fault; gives its end. */
  readonly fault: (effect: Effect, where?: Partial<Fault>) => () => void;
  /** Requests of one call that reached the double. */
  readonly sent: (call: Call) => readonly LoggedRequest[];
  /** A client with other options. */
  readonly client: (options: Partial<ApiOptions>) => Cloud;
};

export async function startDouble(
  test: TestContext,
  settings: Partial<Settings> = {},
  options: Partial<EmulatorOptions> = {},
): Promise<Double> {
  const witness = await callWitness();
  const emulator = await startExoscale({
    onExchange: witness.onExchange,
    world,
    keys: { [key]: { secret, node: "lb1", allows, elasticIps: ["203.0.113.7"] } },
    settings: { operationMs: [50, 50], ...settings },
    random: seeded(1),
    ...options,
  });
  const clients: Cloud[] = [];
  const client: Double["client"] = (given) => {
    const { endpoint } = emulator;
    const nowMs = (): number => performance.now();
    const cloud = createExoscale({ endpoint, key, secret, nowMs, wallMs: Date.now, ...given });
    clients.push(cloud);
    return cloud;
  };
  test.after(async () => {
    for (const one of clients) one.drop();
    await emulator.close();
    witness.verdict();
  });
  return {
    ...emulator,
    client,
    cloud: client({}),
    sent: (call) => emulator.requests.filter((request) => request.call === call),
    fault(effect, where = {}) {
      const name = String(performance.now());
      emulator.input({ kind: "fault", fault: { name, effect, ...where } });
      return () => emulator.input({ kind: "mend", name });
    },
  };
}

/** A deadline so far ahead. */
export const within = (ms: number): number => performance.now() + ms;

/** The move that most tests make: the first address to the second load balancer. */
export const toLb2 = (ms: number) => ({
  address: ids.address,
  instance: ids.lb2,
  deadlineMs: within(ms),
});

/** Where the first address is held before and after the first load balancer's peer has claimed. */
export const before = [ids.lb1];
export const after = [ids.lb1, ids.lb2];

export const observe = (double: Double, ms = 3000): ReturnType<Cloud["observe"]> =>
  double.cloud.observe({ candidates: [ids.lb1, ids.lb2], deadlineMs: within(ms) });

/** A read first, as every node makes one before it moves anything: the clock is known then. */
export async function warmed(double: Double): Promise<Double> {
  assert.equal((await observe(double, 2000)).kind, "done");
  return double;
}

/** Waits for what must become so; the time is for a machine that is busy. */
export async function until(holds: () => boolean, withinMs = 10_000): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!holds()) {
    assert.ok(performance.now() < endMs, `not so after ${withinMs} ms: ${holds}`);
    await pause(20);
  }
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/**
 * The simulator's fast cloud is held to the model of Exoscale that the emulator and the agent's HTTP
 * double are: the same calls under the same delays and disorders give the same holders at the same
 * moments, and every caller is told the same.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Effect } from "../../lab/model/exoscale/fault.ts";
import type { Action, Delivery } from "../../lab/model/exoscale/request.ts";
import { Queue } from "./queue.ts";
import { SimulatedCloud } from "./trace/cloud.ts";
import { Cloud, type Operation, type Reply } from "./world/cloud.ts";
import { type DisorderKind, disorderKinds, type Verb } from "./world/disorder.ts";

const ids = ["lb1", "lb2", "lb3"];
const ip = "203.0.113.7";
const pollMs = 250;

/** One way of a call, and an operation: so odd that no two things happen at one moment. */
const [wayMs, operationMs] = [65.1, 400.03];
const settledMs = 60_000;

type Command =
  | { readonly what: "read"; readonly from: string }
  | {
      readonly what: "change";
      readonly from: string;
      readonly verb: "claim" | "release";
      readonly whom: string;
      readonly expiresMs: number;
    }
  | { readonly what: "person"; readonly whom: string; readonly holds: boolean }
  | { readonly what: "power"; readonly whom: string; readonly off: boolean }
  | {
      readonly what: "disorder";
      readonly kind: DisorderKind | undefined;
      readonly verb: Verb | undefined;
      readonly from: string | undefined;
      readonly ms: number;
    };
type Day = readonly { readonly afterMs: number; readonly command: Command }[];

/** What came of a day: what each caller was told and when, and each change of the holders. */
type Told = readonly string[];

const node = fc.constantFrom(...ids);
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ what: fc.constant("read" as const), from: node }) },
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant("change" as const),
      from: node,
      verb: fc.constantFrom("claim" as const, "release" as const),
      whom: node,
      expiresMs: fc.constantFrom(1_000, 10_000),
    }),
  },
  fc.record({ what: fc.constant("person" as const), whom: node, holds: fc.boolean() }),
  fc.record({ what: fc.constant("power" as const), whom: node, off: fc.boolean() }),
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant("disorder" as const),
      kind: fc.option(fc.constantFrom(...disorderKinds), { nil: undefined }),
      verb: fc.option(fc.constantFrom<Verb>("read", "claim", "release", "poll"), {
        nil: undefined,
      }),
      from: fc.option(node, { nil: undefined }),
      ms: fc.integer({ min: 1, max: 6 }).map((seconds) => seconds * 1_000),
    }),
  },
);
const anyDay: fc.Arbitrary<Day> = fc.array(
  fc.record({ afterMs: fc.integer({ min: 1, max: 900 }), command: anyCommand }),
  { maxLength: 25, size: "max" },
);

/** Performs a day: `give` carries out one command and tells what comes of it, line by line. */
function perform(day: Day, queue: Queue, give: (command: Command, tell: Tell) => void): Told {
  const told: string[] = [];
  const tell: Tell = (text) => {
    told.push(`${queue.now.toFixed(1)} ${text}`);
  };
  let at = 0;
  for (const { afterMs, command } of day) {
    at += afterMs;
    queue.at(at, () => give(command, (text) => tell(`${command.what}: ${text}`)));
  }
  queue.runUntil(at + settledMs, () => false);
  return told.sort();
}
type Tell = (text: string) => void;

const shownText = (holders: readonly string[], stopped: readonly string[]): string =>
  `held by ${[...holders].sort().join()}; off ${[...stopped].sort().join()}`;

/** Asks for the state of an operation until it has ended, or nobody answers, and tells it. */
function follow(queue: Queue, ask: (told: (state: string) => void) => void, tell: Tell): void {
  queue.after(pollMs, () =>
    ask((state) => {
      tell(state);
      if (state === "pending") follow(queue, ask, tell);
    }),
  );
}

function performFast(day: Day): Told {
  const queue = new Queue();
  const plan = { kind: "exoscale", lagMs: 0 } as const;
  const times = { operationMs: [operationMs, operationMs], latencyMs: [wayMs, wayMs] } as const;
  const cloud = new Cloud(queue, { ...plan, ...times }, [ip], Math.random, () => undefined);
  const word = (reply: Reply<unknown>): string => reply.kind;
  const told = perform(day, queue, (command, tell) => {
    if (command.what === "read")
      cloud.read(command.from, ids, (reply) => {
        if (reply.kind !== "done") return tell(word(reply));
        tell(shownText([...(reply.value.holders.get(ip) ?? [])], [...reply.value.stopped]));
      });
    else if (command.what === "change") {
      const { from, verb, whom } = command;
      const expiresAt = expiryOf(queue, command.expiresMs);
      cloud.change({ from, verb, ip, whom, expiresAt, version: undefined }, (reply) => {
        tell(word(reply));
        if (reply.kind === "done") follow(queue, pollFast(cloud, from, reply.value), tell);
      });
    } else if (command.what === "person") {
      const others = cloud.holders(ip).filter((id) => id !== command.whom);
      cloud.person(ip, command.holds ? [...others, command.whom] : others);
    } else if (command.what === "power") cloud.power(command.whom, command.off);
    else {
      const { kind, verb, from, ms } = command;
      cloud.disorders.clear();
      if (kind !== undefined) cloud.disorders.add({ kind, verb, from, ms, rate: 1 });
    }
  });
  return [...told, ...cloud.moves.map(moveText)];
}

const pollFast =
  (cloud: Cloud, from: string, operation: Operation) => (told: (state: string) => void) =>
    cloud.poll(from, operation, (reply) => told(reply.kind === "done" ? reply.value : reply.kind));

const expiryOf = ({ now }: Queue, expiresMs: number): number =>
  Math.floor((now + expiresMs) / 1_000) * 1_000;

type MoveSeen = { readonly at: number; readonly by: string; readonly holders: readonly string[] };

const moveText = ({ at, by, holders }: MoveSeen): string =>
  `${at.toFixed(1)} ${by}: held by ${[...holders].sort().join()}`;

function performModel(day: Day): Told {
  const queue = new Queue();
  const times = { operationMs: [operationMs, operationMs], answerMs: [wayMs, wayMs] } as const;
  const cloud = new SimulatedCloud(queue, Math.random, ids, { ...times, epochMs: 0 });
  const call = (
    from: string,
    action: Action,
    expiresAt: number,
    told: (delivery: Delivery) => void,
  ): void => queue.after(wayMs, () => cloud.call(from, action, expiresAt, told));
  const told = perform(day, queue, (command, tell) => {
    if (command.what === "read") readModel(call, command.from, cloud.idOf(ip), tell);
    else if (command.what === "change") {
      const { from, verb, whom } = command;
      const asked =
        verb === "claim" ? "attach-instance-to-elastic-ip" : "detach-instance-from-elastic-ip";
      const action = { call: asked, elasticIp: cloud.idOf(ip), instance: whom } as const;
      call(from, action, expiryOf(queue, command.expiresMs), (delivery) => {
        tell(wordOf(delivery));
        if (wordOf(delivery) !== "done" || delivery.kind !== "answer") return;
        const id = String(delivery.body.id);
        follow(queue, (state) => pollModel(call, from, id, state), tell);
      });
    } else if (command.what === "person") {
      const kind = command.holds ? "attach" : "detach";
      const change = { kind, elasticIp: cloud.idOf(ip), instance: command.whom } as const;
      cloud.input({ kind: "person", change });
    } else if (command.what === "power") {
      const state = command.off ? "stopped" : "running";
      cloud.input({ kind: "person", change: { kind: "state", instance: command.whom, state } });
    } else queue.after(wayMs, () => disorderModel(cloud, command));
  });
  return [...told, ...cloud.moves.map(moveText)];
}

type CallModel = (
  from: string,
  action: Action,
  expiresAt: number,
  told: (delivery: Delivery) => void,
) => void;

const wordOf = (delivery: Delivery): string =>
  delivery.kind === "answer" ? (delivery.status === 200 ? "done" : "refused") : delivery.kind;

/** As the agent reads: every instance, and one that fails makes the read fail. */
function readModel(call: CallModel, from: string, elasticIp: string, tell: Tell): void {
  const [holders, stopped]: [string[], string[]] = [[], []];
  let missing = ids.length;
  for (const id of ids)
    call(from, { call: "get-instance", id }, 1e9, (delivery) => {
      missing -= 1;
      if (delivery.kind !== "answer" || delivery.status !== 200) {
        if (missing === 0) tell(wordOf(delivery));
        return;
      }
      const held = (delivery.body["elastic-ips"] ?? []) as readonly { readonly id: string }[];
      if (held.some((one) => one.id === elasticIp)) holders.push(id);
      if (delivery.body.state !== "running") stopped.push(id);
      if (missing === 0) tell(shownText(holders, stopped));
    });
}

const pollModel = (call: CallModel, from: string, id: string, told: (state: string) => void) =>
  call(from, { call: "get-operation", id }, 1e9, (delivery) => {
    const word = wordOf(delivery);
    told(word === "done" && delivery.kind === "answer" ? String(delivery.body.state) : word);
  });

const callsOf = {
  read: ["get-instance"],
  claim: ["attach-instance-to-elastic-ip"],
  release: ["detach-instance-from-elastic-ip"],
  poll: ["get-operation"],
} as const;

function disorderModel(
  cloud: SimulatedCloud,
  { kind, verb, from, ms }: Extract<Command, { what: "disorder" }>,
): void {
  cloud.input({ kind: "mend", name: "disorder" });
  if (kind === undefined) return;
  const calls = verb === undefined ? {} : { calls: callsOf[verb] };
  const whose = from === undefined ? {} : { from: [from] };
  const fault = { name: "disorder", ...calls, ...whose, effect: effectOf(kind, ms) };
  cloud.input({ kind: "fault", fault });
}

function effectOf(kind: DisorderKind, ms: number): Effect {
  switch (kind) {
    case "error":
      return { kind: "error", status: 500 };
    case "error-applied":
      return { kind: "error", status: 500, applies: true };
    case "limited":
      return { kind: "error", status: 429, retryAfterS: ms / 1_000 };
    case "forbidden":
      return { kind: "error", status: 403 };
    case "slow":
      return { kind: "slow-operation", ms: operationMs + ms };
    case "fails":
      return { kind: "operation", state: "failure", reason: "fault" };
    case "late":
    case "lag":
      return { kind, ms };
    default:
      return { kind };
  }
}

test("the fast cloud does as the model does", () => {
  fc.assert(
    fc.property(anyDay, (day) => assert.deepEqual(performFast(day), performModel(day))),
    { numRuns: 1_000 },
  );
});

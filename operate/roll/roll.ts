/**
 * Replaces load balancers one at a time, the holder last: each leaves service first, and the next
 * one goes only when it is back, well and heard by all.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Stack } from "../../stack/stack.ts";
import type { CloudHost } from "../cloud.ts";
import { OperateFailure } from "../failure.ts";
import { judge } from "../judge.ts";
import { order, type Ports, type Step, takers } from "../move.ts";
import { isLinked, type Snapshot, takeSnapshot } from "../snapshot.ts";
import { until } from "../wait.ts";
import type { Engine } from "./engine.ts";
import { type Turn, turnsOf } from "./plan.ts";

export type Rolled = { readonly node: string; readonly replaced: boolean; readonly tookMs: number };

export type RollRequest = {
  readonly stack: Stack;
  readonly engine: Engine;
  readonly snapshot: Snapshot;
  readonly signal: AbortSignal;
  /** How long a node may take until it is back and well. */
  readonly patienceMs: number;
  readonly step: Step;
  /** Told of each node when it is done. */
  readonly onRolled: (rolled: Rolled) => void;
};

const movedWithinMs = 60_000;
/** For routes and connections after a move, before a machine goes away. */
const drainMs = 2000;

/** @throws OperateFailure with how to go on */
export async function roll(ports: Ports, request: RollRequest): Promise<void> {
  const { stack, engine, snapshot, signal, step, onRolled } = request;
  for (const turn of turnsOf(stack, snapshot)) {
    if (signal.aborted) return;
    const begun = performance.now();
    const { node } = turn;
    const resource = `${stack.name}-${node}`;
    const changes = await step(`${node}: is it what the stack file says?`, () =>
      engine.wouldChange(resource, node),
    );
    if (changes) await replace(ports, request, turn);
    const isBack = await step(`waiting until ${node} is well and heard by all`, () =>
      back(ports, request, node),
    );
    if (signal.aborted) return;
    if (!isBack) throw await stuck(ports, stack, node, changes);
    onRolled({ node, replaced: changes, tookMs: Math.round(performance.now() - begun) });
  }
  await engine.release();
}

async function replace(ports: Ports, request: RollRequest, { node }: Turn): Promise<void> {
  const { stack, engine, signal, step } = request;
  // Much may have changed since the roll began.
  const snapshot = await takeSnapshot(stack, ports);
  if (takers(snapshot, node).length === 0)
    throw new OperateFailure(
      `no other load balancer is seen to be well, so ${node} stays as it is`,
      "`baton status` tells why; `baton roll` goes on when another one is well",
    );
  const found = snapshot.hosts.find(({ name }) => name === node);
  if (found?.instance?.running && found.agent?.kind === "answers") {
    const { instance } = found;
    await step(`${node} leaves the election`, () => leave(ports, snapshot, instance));
  }
  if (!signal.aborted) await step(`${node} is replaced by pulumi up`, () => engine.replace(node));
}

/**
 * In maintenance it takes nothing back before it is gone, though it held nothing when it was asked;
 * its successor knows nothing of it.
 */
async function leave(
  { cloud, remote }: Ports,
  { hosts, addresses }: Snapshot,
  instance: CloudHost,
): Promise<void> {
  const { host } = instance;
  await order(remote, instance, "maintenance on");
  const seen = { hosts: hosts.flatMap((one) => one.instance ?? []), addresses };
  const left = await until(async () => {
    const all = await Promise.all(addresses.map((address) => cloud.holders(seen, address)));
    return all.every((by) => by.length > 0 && !by.includes(host)) || undefined;
  }, movedWithinMs);
  if (left) return pause(drainMs);
  throw new OperateFailure(
    `${host} still holds after ${movedWithinMs / 1000} s`,
    `\`baton status\` tells why; \`baton maintenance STACK ${host} off\` undoes it`,
  );
}

const back = (ports: Ports, { stack, signal, patienceMs }: RollRequest, node: string) =>
  until(
    async () => {
      if (signal.aborted) return false;
      return isLinked(await takeSnapshot(stack, ports), node) || undefined;
    },
    patienceMs,
    1000,
  );

/** Why a node is not back, and how to go on. */
async function stuck(ports: Ports, stack: Stack, node: string, replaced: boolean) {
  const findings = judge(stack, await takeSnapshot(stack, ports));
  const why = findings.filter(({ where }) => where === node).map(({ what }) => what);
  const what = replaced ? "was replaced and does not come back" : "is not well";
  return new OperateFailure(
    `${node} ${what}; the others were not touched: ${why.join("; ") || "nobody hears it yet"}`,
    "mend it, in the stack file or on the host, and `baton roll` goes on where it stopped",
  );
}

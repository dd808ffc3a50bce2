/**
 * Replaces load balancers one at a time, the holder last: each leaves service first, and the next
 * one goes only when it is back, well and heard by all.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Stack } from "../../stack/stack.ts";
import { OperateFailure } from "../failure.ts";
import { judge } from "../judge.ts";
import { order, type Ports, type Step } from "../move.ts";
import { type Snapshot, takeSnapshot } from "../snapshot.ts";
import { until } from "../wait.ts";
import type { Engine } from "./engine.ts";
import { isLinked, type Turn, turnsOf } from "./plan.ts";

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

async function replace(
  ports: Ports,
  { stack, engine, snapshot, signal, step }: RollRequest,
  { node }: Turn,
): Promise<void> {
  // Who holds may have changed since the roll began: the first one may have taken its address back.
  const { hosts, addresses } = await takeSnapshot(stack, ports);
  const instance = hosts.find(({ name }) => name === node)?.instance;
  const held = addresses.filter(({ holders }) => holders.includes(node));
  if (instance !== undefined && held.length > 0)
    await step(`${node} gives ${held.map(({ ip }) => ip).join(", ")} away`, async () => {
      // In maintenance it takes nothing back before it is gone; its successor knows nothing of it.
      await order(ports.remote, instance, "maintenance on");
      const seen = { hosts: hosts.flatMap((one) => one.instance ?? []), addresses };
      const left = await until(async () => {
        const all = await Promise.all(held.map((address) => ports.cloud.holders(seen, address)));
        return all.every((by) => by.length > 0 && !by.includes(node)) || undefined;
      }, movedWithinMs);
      if (left) return pause(drainMs);
      throw new OperateFailure(
        `${node} still holds after ${movedWithinMs / 1000} s`,
        `\`baton status\` tells why; \`baton maintenance ${snapshot.stack} ${node} off\` undoes it`,
      );
    });
  if (!signal.aborted) await step(`${node} is replaced by pulumi up`, () => engine.replace(node));
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

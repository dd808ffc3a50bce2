/** One load balancer's turn in a roll: out of the election, replaced, or let back in. */
import { setTimeout as pause } from "node:timers/promises";
import { WorldFailure } from "../../stack/failure.ts";
import type { Stack } from "../../stack/stack.ts";
import type { CloudHost } from "../cloud.ts";
import { order, type Ports, type Step, takers } from "../move.ts";
import { type HostSeen, isLinked, nodesIn, type Snapshot, takeSnapshot } from "../snapshot.ts";
import { until } from "../wait.ts";
import type { Engine } from "./engine.ts";
import type { Marks } from "./mark.ts";

export type TurnRequest = {
  readonly stack: Stack;
  readonly engine: Engine;
  readonly marks: Marks;
  readonly signal: AbortSignal;
  readonly step: Step;
};

const movedWithinMs = 60_000;
/** For routes and connections after a move, before a machine goes away. */
const drainMs = 2000;

/** Whether its agent says that it keeps out of the election. */
export const isOut = ({ hosts }: Snapshot, node: string): boolean => {
  const agent = hosts.find(({ name }) => name === node)?.agent;
  return agent?.kind === "answers" && agent.status.maintenance;
};

/**
 * Takes a node out of the election and replaces it. Where that is cut off or fails before the
 * machine is gone, the node is let back in.
 * @returns whether it was replaced
 * @throws WorldFailure that tells how the node was left
 */
export async function replace(ports: Ports, request: TurnRequest, node: string): Promise<boolean> {
  const { stack, engine, marks, signal, step } = request;
  // Much may have changed since the roll began.
  const snapshot = await takeSnapshot(stack, ports);
  if (takers(snapshot, node).length === 0) {
    // Who is well, and was not touched, is nobody to hold the others for.
    if (isLinked(snapshot, node)) await engine.release();
    throw new WorldFailure(
      `no other load balancer is seen to be well, so ${node} stays as it is`,
      "`npx baton status` tells why; `npx baton roll` goes on when another one is well",
    );
  }
  const found = snapshot.hosts.find(({ name }) => name === node);
  const instance = found && reachable(found);
  // Who was in maintenance before is somebody else's to let in.
  const wasOut = isOut(snapshot, node);
  const member = wasOut ? undefined : instance;
  // Before it is asked: a roll that is killed then has left what is its own.
  if (member) marks.write(member);
  try {
    if (member) await step(`${node} leaves the election`, () => leave(ports, snapshot, member));
    else if (wasOut)
      await step(`${node} is in maintenance, and holds nothing`, () =>
        emptied(ports, snapshot, node),
      );
    if (!signal.aborted) {
      await step(`${node} is replaced by pulumi up`, () => engine.replace(node));
      return true;
    }
  } catch (error) {
    if (!(error instanceof WorldFailure)) throw error;
    const left = wasOut
      ? `${node} is in maintenance as before`
      : await leftAs(ports, request, member, node);
    throw new WorldFailure(`${error.problem}; ${left}`, error.fix);
  }
  if (member) await letIn(ports, request, { node, why: "the roll ends here" });
  return false;
}

/** The machine of a node whose agent takes orders. */
const reachable = ({ instance, agent }: HostSeen): CloudHost | undefined =>
  instance?.running && agent?.kind === "answers" ? instance : undefined;

/** @throws WorldFailure that tells how the node was left */
export async function letIn(
  ports: Ports,
  { stack, marks, step }: TurnRequest,
  { node, why }: { readonly node: string; readonly why: string },
): Promise<void> {
  try {
    const { hosts } = await takeSnapshot(stack, ports);
    const instance = hosts.find(({ name }) => name === node)?.instance;
    if (instance === undefined) return;
    await step(`${node} is let back into the election: ${why}`, () =>
      order(ports.remote, instance, "maintenance off"),
    );
  } catch (error) {
    throw new WorldFailure(leftOut(node, error), "`npx baton roll` lets it back in");
  }
  marks.remove();
}

/** @throws what is no failure of the world */
function leftOut(node: string, error: unknown): string {
  if (!(error instanceof WorldFailure)) throw error;
  return `${node} is left in maintenance, as ${error.problem}`;
}

/** Lets a node back in after a failure, where it still is what it was; says how it was left. */
async function leftAs(
  ports: Ports,
  { stack, marks }: TurnRequest,
  before: CloudHost | undefined,
  node: string,
): Promise<string> {
  if (before === undefined) return `${node} was out of the election before`;
  try {
    const { hosts } = await takeSnapshot(stack, ports);
    const now = hosts.find(({ name }) => name === node)?.instance;
    if (now?.id !== before.id || !now.running) return `${node} is no longer what it was`;
    await order(ports.remote, now, "maintenance off");
    marks.remove();
    return `${node} was let back into the election`;
  } catch (error) {
    return leftOut(node, error);
  }
}

/**
 * In maintenance it takes nothing back before it is gone, though it held nothing when it was asked;
 * its successor knows nothing of it.
 */
async function leave(ports: Ports, snapshot: Snapshot, instance: CloudHost): Promise<void> {
  await order(ports.remote, instance, "maintenance on");
  await emptied(ports, snapshot, instance.host);
}

/** Waits until others hold all addresses. @throws WorldFailure where the node keeps one */
async function emptied({ cloud }: Ports, snapshot: Snapshot, node: string): Promise<void> {
  const isEmpty = await until(async () => {
    const all = [...(await cloud.holders(nodesIn(snapshot))).values()];
    return all.every((by) => by.length > 0 && !by.includes(node)) || undefined;
  }, movedWithinMs);
  if (isEmpty) return pause(drainMs);
  throw new WorldFailure(
    `${node} still holds after ${movedWithinMs / 1000} s`,
    "`npx baton status` tells why",
  );
}

/**
 * Replaces load balancers one at a time, the holder last: each leaves service first, and the next
 * one goes only when it is back, well and heard by all. While one is out of service `baton:replace`
 * names it, so that the program holds the others.
 */

import { WorldFailure } from "../../stack/failure.ts";
import type { Stack } from "../../stack/stack.ts";
import { judge } from "../judge.ts";
import type { Ports } from "../move.ts";
import { isLinked, type Snapshot, takeSnapshot } from "../snapshot.ts";
import { until } from "../wait.ts";
import { turnsOf } from "./plan.ts";
import { isOut, letIn, replace, type TurnRequest } from "./turn.ts";

export type Rolled = { readonly node: string; readonly replaced: boolean; readonly tookMs: number };

export type RollRequest = TurnRequest & {
  readonly snapshot: Snapshot;
  /** How long a node may take until it is back and well. */
  readonly patienceMs: number;
  /** Told of each node when it is done. */
  readonly onRolled: (rolled: Rolled) => void;
};

const rejoinsWithinMs = 20_000;

/**
 * Lets the node back in that a roll of this desk has left in maintenance, having been cut off.
 * @returns how all is then
 * @throws WorldFailure where it does not come back into the election
 */
export async function resume(
  ports: Ports,
  request: TurnRequest,
  snapshot: Snapshot,
): Promise<Snapshot> {
  const { marks } = request;
  const mark = marks.read();
  const marked = snapshot.hosts.find(({ name }) => name === mark?.node);
  if (mark === undefined || marked === undefined) return snapshot;
  const { name: node, instance, agent } = marked;
  const isSame = instance?.id === mark.instance;
  if (!isSame || !isOut(snapshot, node)) {
    // What begins there from now on is no roll's. Whose agent says nothing may still be out.
    if (!isSame || agent?.kind === "answers") marks.remove();
    return snapshot;
  }
  await letIn(ports, request, { node, why: "a roll that was cut off has left it out" });
  const now = await until(async () => {
    const seen = await takeSnapshot(request.stack, ports);
    return isOut(seen, node) ? undefined : seen;
  }, rejoinsWithinMs);
  if (now !== undefined) return now;
  throw new WorldFailure(
    `${node} is in maintenance since a roll was cut off, and its agent does not end that`,
    "there: `sudo baton-agent maintenance off`; `npx baton roll` goes on then",
  );
}

/**
 * @returns the node that `baton:replace` names and that is not back, where the roll was cut off
 * @throws WorldFailure with how to go on
 */
export async function roll(ports: Ports, request: RollRequest): Promise<string | undefined> {
  const { stack, engine, marks, snapshot, signal, step, onRolled } = request;
  const turns = turnsOf(stack, snapshot);
  if (signal.aborted) {
    // Nothing was begun: what a roll before has left stays as it is.
    const named = await engine.named();
    return turns.find(({ node }) => named.includes(node) && isAwaited(snapshot, node))?.node;
  }
  for (const { node } of turns) {
    if (signal.aborted) break;
    const begun = performance.now();
    const resource = `${stack.name}-${node}`;
    const changes = await step(`${node}: is it what the stack file says?`, () =>
      engine.wouldChange(resource, node),
    );
    if (signal.aborted) return cutOff(ports, request, node);
    if (!changes && isOut(snapshot, node)) throw await keptOut(engine, node);
    const replaced = changes && (await replace(ports, request, node));
    // Cut off on the way, it was let back in.
    if (changes && !replaced) return cutOff(ports, request, node);
    const isBack = await step(`waiting until ${node} is well and heard by all`, () =>
      back(ports, request, node),
    );
    if (isBack) {
      marks.remove();
      onRolled({ node, replaced, tookMs: Math.round(performance.now() - begun) });
    } else if (signal.aborted) return cutOff(ports, request, node);
    else throw await stuck(ports, stack, node, replaced);
  }
  await engine.release();
  return undefined;
}

/** Whether a node is yet to come back: one in maintenance stays out until somebody lets it in. */
const isAwaited = (snapshot: Snapshot, node: string): boolean =>
  !isLinked(snapshot, node) && !isOut(snapshot, node);

/** Whose turn it is stays named until it is back: `pulumi up` is to hold the others until then. */
async function cutOff(ports: Ports, { stack, engine }: RollRequest, node: string) {
  if (isAwaited(await takeSnapshot(stack, ports), node)) return node;
  await engine.release();
  return undefined;
}

/** Somebody has meant it: it is not for a roll to end. */
async function keptOut(engine: TurnRequest["engine"], node: string): Promise<WorldFailure> {
  await engine.release();
  return new WorldFailure(
    `${node} is in maintenance, which no roll from this desk has put it in; no other was touched`,
    `\`npx baton maintenance STACK ${node} off\`, and \`npx baton roll\` goes on`,
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
  return new WorldFailure(
    `${node} ${what}; the others were not touched: ${why.join("; ") || "nobody hears it yet"}`,
    "mend it, in the stack file or on the host, and `npx baton roll` goes on where it stopped",
  );
}

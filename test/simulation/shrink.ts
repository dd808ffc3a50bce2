/**
 * Cuts a plan that breaks an invariant down to a small one that breaks the same: fewer faults and
 * nodes, a plainer network and cloud, shorter faults at round times. What a person reads is this.
 */
import type { Fault, FaultKind } from "./faults.ts";
import type { Plan } from "./plan.ts";
import { run } from "./run.ts";

/** A plan that is large still after so many is good enough. */
const runsMax = 1_000;

/** Any change that may make a plan simpler; those that do not are tried in vain. */
type Cut = (plan: Plan) => readonly Plan[];

/** @param isBroken whether a plan breaks what the first one broke */
export function shrink(plan: Plan, isBroken: (plan: Plan) => boolean): Plan {
  let left = runsMax;
  const breaks = (one: Plan): boolean => {
    left -= 1;
    return left > 0 && isBroken(one);
  };
  let smallest = plan;
  for (let found = true; found; ) {
    found = false;
    for (const cut of cuts) {
      for (let better = cut(smallest).find(breaks); better; better = cut(smallest).find(breaks)) {
        smallest = better;
        found = true;
      }
    }
  }
  return smallest;
}

/** A smaller plan that breaks the same invariant, or the plan itself where it breaks none. */
export function shrunk(plan: Plan): Plan {
  const invariant = run(plan).violation?.invariant;
  return invariant === undefined
    ? plan
    : shrink(plan, (one) => run(one).violation?.invariant === invariant);
}

/** A run for a person to read: its plan, what happened, and what came of it. */
export function linesOf(plan: Plan): readonly string[] {
  const { violation, trace } = run(plan, { tracing: true });
  const verdict = violation === undefined ? "all invariants held" : "an invariant was broken";
  return [JSON.stringify(plan), ...trace, verdict];
}

const withFault = (plan: Plan, index: number, fault: Fault): Plan => ({
  ...plan,
  faults: plan.faults.with(index, fault),
});

const differs = (plan: Plan, other: Plan): boolean =>
  JSON.stringify(plan) !== JSON.stringify(other);

/** Plans that are no simpler would be tried for ever. */
const only = (plan: Plan, others: readonly Plan[]): readonly Plan[] =>
  others.filter((other) => differs(plan, other));

const illnesses: ReadonlySet<FaultKind> = new Set(["sick", "ail", "flapping"]);

/** The plainest first: one that is as plain as it can be is not changed for the next. */
const operations = [300, 1_000];
const plainerOperations = ([least, most]: Plan["cloud"]["operationMs"]): readonly number[] =>
  least === most && operations.includes(least)
    ? operations.slice(0, operations.indexOf(least))
    : operations;

const cuts: readonly Cut[] = [
  (plan) => plan.faults.map((_, index) => ({ ...plan, faults: plan.faults.toSpliced(index, 1) })),
  (plan) => (plan.nodes.length <= 2 ? [] : plan.nodes.map((_, index) => without(plan, index))),
  (plan) => only(plan, [{ ...plan, network: { delayMs: [1, 1], duplicates: 0 } }]),
  (plan) => only(plan, [{ ...plan, cloud: { ...plan.cloud, lagMs: 0 } }]),
  (plan) => only(plan, [{ ...plan, cloud: { ...plan.cloud, latencyMs: [20, 20] } }]),
  (plan) =>
    plainerOperations(plan.cloud.operationMs).map((ms) => ({
      ...plan,
      cloud: { ...plan.cloud, operationMs: [ms, ms] },
    })),
  (plan) => only(plan, [{ ...plan, nodes: plan.nodes.map((one) => ({ ...one, driftRate: 1 })) }]),
  (plan) =>
    only(plan, [
      { ...plan, nodes: plan.nodes.map((one, index) => ({ ...one, bootAt: 100 * index })) },
    ]),
  // Without checks nobody notices who is ill.
  (plan) =>
    plan.faults.some(({ kind }) => illnesses.has(kind))
      ? []
      : only(plan, [{ ...plan, group: { ...plan.group, checkMs: 0 } }]),
  (plan) => only(plan, [{ ...plan, group: { ...plan.group, deadRatio: 3, intervalMs: 1_000 } }]),
  (plan) => only(plan, [{ ...plan, group: { ...plan.group, preemptDelayMs: 0 } }]),
  (plan) =>
    only(
      plan,
      plan.faults.map((fault, index) => withFault(plan, index, rounded(fault))),
    ),
];

/** Times of which only as many digits are left as matter. */
const rounded = (fault: Fault): Fault => ({
  ...fault,
  at: Math.round(fault.at / 500) * 500,
  ms: Math.max(100, Math.round(fault.ms / 100) * 100),
  rate: Math.round(fault.rate * 100) / 100,
});

/** The plan without one node: the others move up, and faults of it go. */
function without(plan: Plan, gone: number): Plan {
  const nameOf = (index: number): string => `lb${index + 1}`;
  const renamed = (id: string): string => {
    const index = Number(id.slice(2)) - 1;
    return nameOf(index > gone ? index - 1 : index);
  };
  const faults = plan.faults
    .filter(({ node, other }) => node !== nameOf(gone) && other !== nameOf(gone))
    .map((fault) => ({ ...fault, node: renamed(fault.node), other: renamed(fault.other) }));
  const orders = plan.group.orders.map((order) =>
    order.filter((index) => index !== gone).map((index) => (index > gone ? index - 1 : index)),
  );
  const group = { ...plan.group, orders };
  const { broken, ...network } = plan.network;
  const links = (broken?.links ?? [])
    .filter((link) => !link.includes(nameOf(gone)))
    .map(([from, to]) => [renamed(from), renamed(to)] as const);
  return {
    ...plan,
    nodes: plan.nodes.toSpliced(gone, 1),
    faults,
    group,
    network: broken && links.length > 0 ? { ...network, broken: { ...broken, links } } : network,
  };
}

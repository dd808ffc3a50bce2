/** VRRP instances of a stack: one for each order of the nodes, for an instance moves whole. */
import type { Address } from "../stack/stack.ts";
import type { NodeContext } from "./context.ts";

export type VrrpInstance = {
  readonly name: string;
  readonly routerId: number;
  /** This node's rank, 0 best. */
  readonly rank: number;
  readonly addresses: readonly Address[];
};

export function vrrpInstances({ stack, host }: NodeContext): VrrpInstance[] {
  const { election } = stack;
  if (election.method !== "vrrp") return [];
  const groups = Map.groupBy(stack.addresses, ({ ranks }) =>
    JSON.stringify(Object.entries(ranks).sort()),
  );
  return [...groups.values()].map((addresses, index) => ({
    name: index === 0 ? election.instance : `${election.instance}_${index + 1}`,
    routerId: election.routerId + index,
    rank: addresses[0]?.ranks[host.name] ?? 0,
    addresses,
  }));
}

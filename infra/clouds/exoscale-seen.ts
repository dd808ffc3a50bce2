/** What the cloud itself shows of a stack's instances, where the state cannot know. */
import type * as pulumi from "@pulumi/pulumi";
import { reasonOf } from "../../stack/failure.ts";
import { stop } from "../problem.ts";
import type { Seen } from "../replacement.ts";
import { type FoundInstance, getComputeInstance } from "./exoscale-functions.ts";

export type Looked = {
  readonly zone: string;
  /** Of the stack file: instances are named after it. */
  readonly stack: string;
  readonly parent: pulumi.Resource;
};

/** The instance of a host; what kept it from being found, in words. */
const look = ({ zone, stack, parent }: Looked, host: string): Promise<FoundInstance | string> =>
  getComputeInstance({ zone, name: `${stack}-${host}` }, { parent }).catch(reasonOf);

/** How the cloud shows load balancers; one that it does not know is not running. */
export const seenNodes = (where: Looked, nodes: readonly string[]): Promise<Seen[]> =>
  Promise.all(
    nodes.map(async (node): Promise<Seen> => {
      const answer = await look(where, node);
      if (typeof answer === "string") return { node, running: false, holds: false, state: answer };
      const { state, elasticIpIds } = answer;
      return { node, running: state === "running", holds: elasticIpIds.length > 0, state };
    }),
  );

/**
 * An update that was cut off may have made a host that no state knows. To make it again would be to
 * have it twice, with one name, one fixed address and one turn in the election.
 * @param hosts those that the last deployment did not record
 * @throws RunError where the cloud has one of them
 */
export async function stopAtStrangers(where: Looked, hosts: readonly string[]): Promise<void> {
  const found = await Promise.all(hosts.map((host) => look(where, host)));
  const strangers = found.flatMap((one, at) =>
    typeof one === "string" ? [] : [`${where.stack}-${hosts[at]} (${one.id})`],
  );
  if (strangers.length === 0) return;
  stop(
    `stopped before anything was changed: this update would make what the cloud has already, and ` +
      `this stack's state does not: ${strangers.join(", ")}`,
    "what an interrupted update has left is to be deleted, `exo compute instance delete ID`; " +
      "another stack's hosts are not, and this one needs another `name`",
  );
}

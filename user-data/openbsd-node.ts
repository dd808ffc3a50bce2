/** What makes up an edge node on OpenBSD, in the order in which it takes effect. */
import type { NodeContext } from "./context.ts";
import { agentDaemon, agentFile } from "./parts/agent-openbsd.ts";
import { carp, permanentAliases } from "./parts/carp.ts";
import { ifstated } from "./parts/ifstated.ts";
import { packetFilter } from "./parts/pf.ts";
import type { Part } from "./plan.ts";

export const openbsdNode = (context: NodeContext): Part[] => [
  agentFile(context),
  packetFilter(context),
  permanentAliases(context),
  carp(context),
  agentDaemon(context),
  // Last, since its first state may claim the address at once, by the agent's program.
  ifstated(context),
];

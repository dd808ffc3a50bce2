/** What stands from the beginning, from the stack file alone. */
import { deadRatioOf, type Stack } from "../../stack/stack.ts";
import { verbs } from "../faults/verbs.ts";
import { faultGroups } from "./buttons.ts";
import type { Facts } from "./message.ts";

export function factsOf({ name, nodes, appServers, election }: Stack): Facts {
  const balancers = nodes.map((one) => one.name);
  const backends = appServers.map((one) => one.name);
  return {
    stack: name,
    simulation: false,
    balancers,
    backends,
    intervalMs: election.intervalMs,
    limitMs: election.intervalMs * deadRatioOf(election),
    faults: faultGroups(balancers, backends, (verb) => Object.hasOwn(verbs, verb)),
  };
}

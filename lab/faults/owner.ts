/** What the stack's owner does through the documented, signed API, as a person by `exo` would. */

import { LabFailure } from "../failure.ts";
import type { Rule, World } from "../model/exoscale/world.ts";
import { type Api, createApi } from "../plugins/exoscale/api.ts";

export type OwnerApi = {
  readonly stop: (instance: string) => Promise<void>;
  readonly start: (instance: string) => Promise<void>;
  readonly reboot: (instance: string) => Promise<void>;
  /** Takes the rules away that let heartbeats in; gives how to put them back. */
  readonly dropHeartbeatRules: () => Promise<() => Promise<void>>;
};

export function ownerApi(
  endpoint: string,
  owner: { readonly key: string; readonly secret: string },
  world: () => World,
): OwnerApi {
  const api = createApi({ endpoint, ...owner, pollMs: 100 });
  const on = (action: string) => async (instance: string) => {
    await api.operate("PUT", `/instance/${instance}:${action}`, {});
  };
  return {
    stop: on("stop"),
    start: on("start"),
    reboot: on("reboot"),
    dropHeartbeatRules: () => dropHeartbeatRules(api, world()),
  };
}

async function dropHeartbeatRules(api: Api, world: World): Promise<() => Promise<void>> {
  const found = Object.values(world.securityGroups).flatMap(({ id, rules = [] }) =>
    rules.filter(({ protocol }) => protocol === "udp").map((rule) => ({ group: id, rule })),
  );
  if (found.length === 0)
    throw new LabFailure("no security group has a rule for heartbeats", "`heal` puts it back");
  for (const { group, rule } of found)
    await api.operate("DELETE", `/security-group/${group}/rules/${rule.id}`);
  return async () => {
    for (const { group, rule } of found)
      await api.operate("POST", `/security-group/${group}/rules`, bodyOf(rule));
  };
}

const bodyOf = (rule: Rule) => ({
  "flow-direction": rule.flow,
  protocol: rule.protocol,
  ...(rule.description !== undefined && { description: rule.description }),
  ...(rule.startPort !== undefined && { "start-port": rule.startPort }),
  ...(rule.endPort !== undefined && { "end-port": rule.endPort }),
  ...(rule.network !== undefined && { network: rule.network }),
  ...(rule.group !== undefined && { "security-group": { id: rule.group } }),
});

/** What the stack's owner does through the documented, signed API, as a person by `exo` would. */
import { isDeepStrictEqual } from "node:util";
import { WorldFailure } from "../../stack/failure.ts";
import type { Rule, World } from "../model/exoscale/world.ts";
import { type Api, createApi } from "../plugins/exoscale/api.ts";

export type OwnerApi = {
  readonly stop: (instance: string) => Promise<void>;
  readonly start: (instance: string) => Promise<void>;
  readonly reboot: (instance: string) => Promise<void>;
  /** The rules that let heartbeats in. @throws WorldFailure when there is none */
  readonly heartbeatRules: () => HeartbeatRules;
};

export type HeartbeatRules = {
  readonly drop: () => Promise<void>;
  /** Puts back what was dropped and is not there again; may be asked again when it fails. */
  readonly putBack: () => Promise<void>;
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
    heartbeatRules: () => heartbeatRules(api, world),
  };
}

function heartbeatRules(api: Api, world: () => World): HeartbeatRules {
  const rulesOf = (group: string) => world().securityGroups[group]?.rules ?? [];
  const found = Object.keys(world().securityGroups).flatMap((group) =>
    rulesOf(group)
      .filter(({ protocol }) => protocol === "udp")
      .map((rule) => ({ path: `/security-group/${group}/rules`, group, rule })),
  );
  if (found.length === 0)
    throw new WorldFailure("no security group has a rule for heartbeats", "`heal` puts it back");
  return {
    drop: async () => {
      for (const { path, rule } of found) await api.operate("DELETE", `${path}/${rule.id}`);
    },
    putBack: async () => {
      for (const { path, group, rule } of found) {
        // `pulumi up` may have been here before.
        const isThere = rulesOf(group).some((other) =>
          isDeepStrictEqual(bodyOf(other), bodyOf(rule)),
        );
        if (!isThere) await api.operate("POST", path, bodyOf(rule));
      }
    },
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

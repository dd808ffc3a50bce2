/**
 * What the agent may do: move these addresses, see who holds them, and nothing else. Rules are
 * tried in order, and what none of them allows is refused. Source: Exoscale's IAM policy guide.
 */
import type { IamRolePolicy } from "./clouds/exoscale-resources.ts";

/** Operations by the names of the API's document; the agent reads with no others. */
const reads = ["get-instance", "list-instances", "list-elastic-ips", "get-operation", "list-zones"];
const moves = ["attach-instance-to-elastic-ip", "detach-instance-from-elastic-ip"];

const listed = (texts: readonly string[]): string =>
  `[${texts.map((text) => `'${text}'`).join(", ")}]`;

/** @param ips the addresses that the agent may move */
export const agentPolicy = (ips: readonly string[]): IamRolePolicy => ({
  defaultServiceStrategy: "deny",
  services: {
    compute: {
      type: "rules",
      rules: [
        { action: "allow", expression: `operation in ${listed(reads)}` },
        {
          action: "allow",
          expression: `operation in ${listed(moves)} && resources.elastic_ip.ip in ${listed(ips)}`,
        },
      ],
    },
  },
});

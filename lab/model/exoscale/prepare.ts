/** What a mutating call would change, or why the cloud does not take it on. */
import { prepareIam } from "./prepare-iam.ts";
import { prepareInstance } from "./prepare-instance.ts";
import { prepareNetwork } from "./prepare-network.ts";
import { prepareObject } from "./prepare-object.ts";
import { type Circumstances, notFound, type Prepared, type Refusal } from "./prepared.ts";
import type { Mutation } from "./request.ts";

export function prepare(action: Mutation, around: Circumstances): Prepared | Refusal {
  switch (action.call) {
    case "attach-instance-to-elastic-ip":
    case "detach-instance-from-elastic-ip": {
      const { elasticIp, instance } = action;
      if (around.world.instances[instance] === undefined) return notFound("Instance");
      if (around.world.elasticIps[elasticIp] === undefined) return notFound("Elastic IP");
      const kind = action.call === "attach-instance-to-elastic-ip" ? "attach" : "detach";
      return {
        reference: { id: elasticIp, kind: "elastic-ip" },
        change: { kind, elasticIp, instance },
      };
    }
    case "create-iam-role":
    case "update-iam-role":
    case "update-iam-role-policy":
    case "delete-iam-role":
    case "create-api-key":
    case "delete-api-key":
      return prepareIam(action, around);
    case "create-private-network":
    case "update-private-network":
    case "delete-private-network":
    case "attach-instance-to-private-network":
    case "update-private-network-instance-ip":
    case "detach-instance-from-private-network":
      return prepareNetwork(action, around);
    default:
      return "instance" in action || action.call === "create-instance"
        ? prepareInstance(action, around)
        : prepareObject(action, around);
  }
}

/** What a mutating call would change, or why the cloud does not take it on. */
import type { Change } from "./change.ts";
import type { Settings } from "./cloud.ts";
import { prepareIam } from "./prepare-iam.ts";
import { prepareInstance } from "./prepare-instance.ts";
import { prepareNetwork } from "./prepare-network.ts";
import { prepareObject } from "./prepare-object.ts";
import type { Mutation } from "./request.ts";
import type { World } from "./world.ts";

export type Reference = { readonly id: string; readonly kind: string };

export type Prepared = {
  /** The object that is changed, as its path. */
  readonly reference: Reference;
  /** Becomes true when the operation ends. */
  readonly change: Change;
  /** Becomes true when it begins. */
  readonly first?: Change;
};

export type Refusal = { readonly status: number; readonly message: string };

/** What a call is judged by: the world, and where new ids, addresses and times come from. */
export type Circumstances = {
  readonly world: World;
  readonly settings: Settings;
  readonly random: () => number;
  /** The server's clock. */
  readonly clockMs: number;
};

export const refusal = (status: number, message: string): Refusal => ({ status, message });

export const notFound = (what: string): Refusal => refusal(404, `${what} not found`);

/** The status of an object that is still needed is not documented; 409 says what is meant. */
export const inUse = (what: string): Refusal => refusal(409, `${what} is in use`);

export const isTaken = (named: Readonly<Record<string, { readonly name: string }>>, name: string) =>
  Object.values(named).some((one) => one.name === name);

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

/** Calls about roles and the keys that have them. */
import { newId, newKey, newSecret } from "./chance.ts";
import {
  type Circumstances,
  inUse,
  isTaken,
  notFound,
  type Prepared,
  type Refusal,
  refusal,
} from "./prepared.ts";
import type { IamCall } from "./request.ts";
import type { IamRole } from "./world.ts";

export function prepareIam(action: IamCall, around: Circumstances): Prepared | Refusal {
  const { world, random } = around;
  if (action.call === "create-iam-role") {
    const { name, isEditable = true, policy, ...rest } = action.given;
    if (isTaken(world.iamRoles, name)) return refusal(409, `IAM role ${name} exists already`);
    const id = newId(random);
    const allowed = { "default-service-strategy": "allow", services: {} } as const;
    const as: IamRole = {
      labels: {},
      permissions: [],
      ...rest,
      id,
      name,
      isEditable,
      policy: policy ?? allowed,
    };
    return { reference: role(id), change: { kind: "make", table: "iamRoles", id, as } };
  }
  if (action.call === "delete-api-key") {
    const id = action.key;
    if (!Object.hasOwn(world.apiKeys, id)) return notFound("API key");
    const reference = { id: newId(random), kind: "api-key" };
    return { reference, change: { kind: "remove", table: "apiKeys", id } };
  }
  const found = world.iamRoles[action.role];
  if (found === undefined) return notFound("IAM role");
  const { id } = found;
  const about = { reference: role(id) };
  switch (action.call) {
    case "create-api-key": {
      const key = newKey(random);
      const as = { key, name: action.name, role: id, secret: newSecret(random) };
      return {
        reference: { id: key, kind: "api-key" },
        change: { kind: "make", table: "apiKeys", id: key, as },
      };
    }
    case "update-iam-role":
      return { ...about, change: { kind: "set", table: "iamRoles", id, to: action.given } };
    case "update-iam-role-policy":
      if (!found.isEditable) return refusal(403, "The role's policy cannot be edited");
      return {
        ...about,
        change: { kind: "set", table: "iamRoles", id, to: { policy: action.policy } },
      };
    case "delete-iam-role":
      if (Object.values(world.apiKeys).some((key) => key.role === id)) return inUse("IAM role");
      return { ...about, change: { kind: "remove", table: "iamRoles", id } };
  }
}

const role = (id: string) => ({ id, kind: "iam-role" });

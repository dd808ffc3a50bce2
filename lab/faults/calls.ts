/** The calls that a fault may be for, by the names of the API document. */
import { WorldFailure } from "../../stack/failure.ts";
import type { Call } from "../model/exoscale/request.ts";

/** The compiler holds it complete, and a test to what the emulated cloud serves. */
const known: Readonly<Record<Call, true>> = {
  "add-external-source-to-security-group": true,
  "add-instance-protection": true,
  "add-rule-to-security-group": true,
  "attach-instance-to-elastic-ip": true,
  "attach-instance-to-private-network": true,
  "attach-instance-to-security-group": true,
  "create-anti-affinity-group": true,
  "create-api-key": true,
  "create-elastic-ip": true,
  "create-iam-role": true,
  "create-instance": true,
  "create-private-network": true,
  "create-security-group": true,
  "delete-anti-affinity-group": true,
  "delete-api-key": true,
  "delete-elastic-ip": true,
  "delete-iam-role": true,
  "delete-instance": true,
  "delete-private-network": true,
  "delete-reverse-dns-elastic-ip": true,
  "delete-reverse-dns-instance": true,
  "delete-rule-from-security-group": true,
  "delete-security-group": true,
  "delete-ssh-key": true,
  "detach-instance-from-elastic-ip": true,
  "detach-instance-from-private-network": true,
  "detach-instance-from-security-group": true,
  "get-anti-affinity-group": true,
  "get-api-key": true,
  "get-elastic-ip": true,
  "get-iam-role": true,
  "get-instance": true,
  "get-instance-type": true,
  "get-operation": true,
  "get-private-network": true,
  "get-reverse-dns-elastic-ip": true,
  "get-reverse-dns-instance": true,
  "get-security-group": true,
  "get-ssh-key": true,
  "get-template": true,
  "list-anti-affinity-groups": true,
  "list-api-keys": true,
  "list-elastic-ips": true,
  "list-iam-roles": true,
  "list-instance-types": true,
  "list-instances": true,
  "list-private-networks": true,
  "list-quotas": true,
  "list-security-groups": true,
  "list-ssh-keys": true,
  "list-templates": true,
  "list-zones": true,
  "reboot-instance": true,
  "register-ssh-key": true,
  "remove-external-source-from-security-group": true,
  "remove-instance-protection": true,
  "resize-instance-disk": true,
  "scale-instance": true,
  "start-instance": true,
  "stop-instance": true,
  "update-elastic-ip": true,
  "update-iam-role": true,
  "update-iam-role-policy": true,
  "update-instance": true,
  "update-private-network": true,
  "update-private-network-instance-ip": true,
  "update-reverse-dns-elastic-ip": true,
  "update-reverse-dns-instance": true,
};

export const calls: readonly string[] = Object.keys(known);

const isCall = (name: string): name is Call => Object.hasOwn(known, name);

/** @throws WorldFailure with all calls, for one that is none */
export function callNamed(name: string): Call {
  if (isCall(name)) return name;
  throw new WorldFailure(`the cloud has no call "${name}"`, `it has: ${calls.join(", ")}`);
}

/** Calls that make, change and end instances. */

import { freeAddress, newId, newMac } from "./chance.ts";
import type { Change } from "./change.ts";
import { type Circumstances, notFound, type Prepared, type Refusal, refusal } from "./prepared.ts";
import type { InstanceCall, Move, NewInstance } from "./request.ts";
import type { Instance, Make } from "./world.ts";

type Action = Exclude<
  InstanceCall | Extract<Move, { call: "start-instance" | "stop-instance" }>,
  { readonly network: string }
>;

export function prepareInstance(action: Action, around: Circumstances): Prepared | Refusal {
  const { world } = around;
  if (action.call === "create-instance") return created(action.given, around);
  const instance = world.instances[action.instance];
  if (instance === undefined) return notFound("Instance");
  if (!("securityGroup" in action)) return ofInstance(action, instance, around);
  const group = action.securityGroup;
  if (world.securityGroups[group] === undefined) return notFound("Security Group");
  const kind = action.call === "attach-instance-to-security-group" ? "enter" : "exit";
  return {
    reference: { id: group, kind: "security-group" },
    change: { kind, instance: instance.id, member: group },
  };
}

type OnOne = Exclude<Action, { call: "create-instance" } | { securityGroup: string }>;

function ofInstance(
  action: OnOne,
  instance: Instance,
  { world }: Circumstances,
): Prepared | Refusal {
  const { id, make } = instance;
  const reference = { id, kind: "instance" };
  const set = (to: Partial<Instance>): Prepared => ({
    reference,
    change: { kind: "set", table: "instances", id, to },
  });
  switch (action.call) {
    case "start-instance":
      return { reference, ...states(id, "starting", "running") };
    case "stop-instance":
      return { reference, ...states(id, "stopping", "stopped") };
    case "reboot-instance":
      // No state is documented for a reboot on its way.
      return { reference, change: { kind: "state", instance: id, state: "running" } };
    case "delete-instance":
      if (instance.isProtected === true) return refusal(409, "Instance is protected");
      return {
        reference,
        first: { kind: "state", instance: id, state: "destroying" },
        change: { kind: "remove", table: "instances", id },
      };
    case "add-instance-protection":
    case "remove-instance-protection":
      return set({ isProtected: action.call === "add-instance-protection" });
    case "update-reverse-dns-instance":
      return set({ reverseDns: action.domainName });
    case "delete-reverse-dns-instance": {
      if (instance.reverseDns === undefined) return notFound("Reverse DNS record");
      const { reverseDns: _, ...as } = instance;
      return { reference, change: { kind: "make", table: "instances", id, as } };
    }
    case "update-instance": {
      const { userData, publicIpAssignment, ...plain } = action.given;
      const made = {
        ...(userData !== undefined && { userData }),
        ...(publicIpAssignment !== undefined && { publicIpAssignment }),
      };
      return set({ ...plain, ...(make !== undefined && { make: { ...make, ...made } }) });
    }
    case "scale-instance":
      if (world.instanceTypes[action.instanceType] === undefined) return notFound("Instance type");
      return remade(set, instance, { instanceType: action.instanceType });
    case "resize-instance-disk":
      if (make !== undefined && action.diskSizeGib <= make.diskSizeGib)
        return refusal(400, "The disk can only grow");
      return remade(set, instance, { diskSizeGib: action.diskSizeGib });
  }
}

const states = (
  instance: string,
  now: Instance["state"],
  then: Instance["state"],
): { readonly first: Change; readonly change: Change } => ({
  first: { kind: "state", instance, state: now },
  change: { kind: "state", instance, state: then },
});

/** Size and disk change while the instance is off. */
function remade(
  set: (to: Partial<Instance>) => Prepared,
  { state, make }: Instance,
  other: Partial<Make>,
): Prepared | Refusal {
  if (state !== "stopped") return refusal(409, "Instance must be stopped");
  return set(make === undefined ? {} : { make: { ...make, ...other } });
}

function created(given: NewInstance, around: Circumstances): Prepared | Refusal {
  const { world, settings, random, clockMs } = around;
  const missing = missingIn(given, around);
  if (missing !== undefined) return missing;
  const assignment = given.publicIpAssignment ?? "inet4";
  const taken = new Set([
    ...Object.values(world.instances).map(({ publicIp }) => publicIp),
    // A stack file may name one that lies among the instances' own.
    ...Object.values(world.elasticIps).map(({ ip }) => ip),
  ]);
  const publicIp = freeAddress(settings.instanceAddresses, taken, random);
  if (publicIp === undefined) return refusal(409, "No public address is free");
  const id = newId(random);
  const { name, labels, securityGroups, antiAffinityGroups, starts, ...rest } = given;
  const instance: Instance = {
    id,
    name: name ?? id,
    state: "starting",
    labels: labels ?? {},
    securityGroups: securityGroups ?? [],
    antiAffinityGroups: antiAffinityGroups ?? [],
    elasticIps: [],
    privateNetworks: [],
    createdAt: apiTime(clockMs),
    ...(assignment !== "none" && { publicIp }),
    ...(assignment === "dual" && { ipv6Address: `2001:db8::${publicIp.split(".").at(-1)}` }),
    make: {
      sshKeys: [],
      isSecureBoot: false,
      hasTpm: false,
      ...rest,
      publicIpAssignment: assignment,
      macAddress: newMac(random, "06"),
    },
  };
  return {
    reference: { id, kind: "instance" },
    first: { kind: "make", table: "instances", id, as: instance },
    change: { kind: "state", instance: id, state: starts === false ? "stopped" : "running" },
  };
}

function missingIn(given: NewInstance, { world }: Circumstances): Refusal | undefined {
  const { template, instanceType, sshKeys, securityGroups, antiAffinityGroups } = given;
  const lacks = (table: object, ids: readonly string[] = []): boolean =>
    ids.some((id) => !Object.hasOwn(table, id));
  if (lacks(world.templates, [template])) return notFound("Template");
  if (lacks(world.instanceTypes, [instanceType])) return notFound("Instance type");
  if (lacks(world.sshKeys, sshKeys)) return notFound("SSH key");
  if (lacks(world.securityGroups, securityGroups)) return notFound("Security Group");
  return lacks(world.antiAffinityGroups, antiAffinityGroups)
    ? notFound("Anti-affinity Group")
    : undefined;
}

/** RFC 3339 in whole seconds, as the API writes times. */
const apiTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** Calls about elastic IPs, groups and SSH keys. */
import { freeAddress, newId } from "./chance.ts";
import type { Change } from "./change.ts";
import {
  type Circumstances,
  inUse,
  isTaken,
  notFound,
  type Prepared,
  type Refusal,
  refusal,
} from "./prepared.ts";
import type { ElasticIpGiven, ObjectCall } from "./request.ts";
import { type ElasticIp, holdersIn, type SshKey } from "./world.ts";

type Action = Exclude<
  ObjectCall,
  { readonly network: string } | { readonly call: "create-private-network" }
>;

export function prepareObject(action: Action, around: Circumstances): Prepared | Refusal {
  switch (action.call) {
    case "create-elastic-ip":
      return createdAddress(action.given, around);
    case "update-elastic-ip":
    case "delete-elastic-ip":
    case "update-reverse-dns-elastic-ip":
    case "delete-reverse-dns-elastic-ip":
      return ofAddress(action, around);
    case "register-ssh-key":
    case "delete-ssh-key":
      return ofSshKey(action, around);
    case "create-anti-affinity-group":
    case "delete-anti-affinity-group":
      return ofAntiAffinity(action, around);
    default:
      return ofSecurityGroup(action, around);
  }
}

function createdAddress(given: ElasticIpGiven, around: Circumstances): Prepared | Refusal {
  const { world, settings, random } = around;
  const { family = "inet4", ...rest } = given;
  const taken = new Set(Object.values(world.elasticIps).map(({ ip }) => ip));
  const ip4 = freeAddress(settings.elasticAddresses, taken, random);
  if (ip4 === undefined) return refusal(409, "No elastic IP is free");
  const ip = family === "inet4" ? ip4 : `2001:db8:ffff::${ip4.split(".").at(-1)}`;
  const id = newId(random);
  const as: ElasticIp = { description: "", labels: {}, ...rest, id, ip, family };
  return {
    reference: { id, kind: "elastic-ip" },
    change: { kind: "make", table: "elasticIps", id, as },
  };
}

type OfAddress = Extract<Action, { readonly elasticIp: string }>;

function ofAddress(action: OfAddress, { world }: Circumstances): Prepared | Refusal {
  const table = "elasticIps";
  const address = world.elasticIps[action.elasticIp];
  if (address === undefined) return notFound("Elastic IP");
  const { id, reverseDns, ...others } = address;
  const about = { reference: { id, kind: "elastic-ip" } };
  switch (action.call) {
    case "update-elastic-ip":
      // Source: the provider's documents; a manual address never becomes a managed one.
      if (action.given.healthcheck !== undefined && address.healthcheck === undefined)
        return refusal(400, "A healthcheck cannot be added to this Elastic IP");
      return { ...about, change: { kind: "set", table, id, to: action.given } };
    case "delete-elastic-ip":
      if (holdersIn(world, id).length > 0) return inUse("Elastic IP");
      return { ...about, change: { kind: "remove", table, id } };
    case "update-reverse-dns-elastic-ip":
      return {
        ...about,
        change: { kind: "set", table, id, to: { reverseDns: action.domainName } },
      };
    case "delete-reverse-dns-elastic-ip":
      if (reverseDns === undefined) return notFound("Reverse DNS record");
      return { ...about, change: { kind: "make", table, id, as: { id, ...others } } };
  }
}

type OfSshKey = Extract<Action, { call: "register-ssh-key" | "delete-ssh-key" }>;

function ofSshKey(action: OfSshKey, { world, random }: Circumstances): Prepared | Refusal {
  const { name } = action;
  const table = "sshKeys";
  // A key has no id in the API; the operation still has to refer to something.
  const reference = { id: newId(random), kind: "ssh-key" };
  if (action.call === "delete-ssh-key") {
    if (!Object.hasOwn(world.sshKeys, name)) return notFound("SSH key");
    return { reference, change: { kind: "remove", table, id: name } };
  }
  if (Object.hasOwn(world.sshKeys, name)) return refusal(409, `SSH key ${name} exists already`);
  const { publicKey, fingerprint } = action;
  if (!/^(ssh-|ecdsa-|sk-)\S+ \S+/.test(publicKey)) return refusal(400, "Invalid public key");
  const as: SshKey = { name, publicKey, fingerprint };
  // The provider reads the key at once without waiting for the operation.
  const first: Change = { kind: "make", table, id: name, as };
  return { reference, first, change: { kind: "set", table, id: name, to: {} } };
}

type OfAntiAffinity = Extract<
  Action,
  { call: "create-anti-affinity-group" | "delete-anti-affinity-group" }
>;

function ofAntiAffinity(action: OfAntiAffinity, around: Circumstances): Prepared | Refusal {
  const { world, random } = around;
  const table = "antiAffinityGroups";
  if (action.call === "create-anti-affinity-group") {
    const { name } = action.given;
    if (isTaken(world[table], name)) return refusal(409, `Group ${name} exists already`);
    const id = newId(random);
    const as = { description: "", ...action.given, id };
    return { reference: group(id), change: { kind: "make", table, id, as } };
  }
  const id = action.antiAffinityGroup;
  if (world[table][id] === undefined) return notFound("Anti-affinity Group");
  const members = Object.values(world.instances).filter((one) =>
    one.antiAffinityGroups.includes(id),
  );
  if (members.length > 0) return inUse("Anti-affinity Group");
  return { reference: group(id), change: { kind: "remove", table, id } };
}

const group = (id: string) => ({ id, kind: "anti-affinity-group" });

type OfSecurityGroup = Extract<Action, { readonly securityGroup: string }> | Created;
type Created = Extract<Action, { readonly call: "create-security-group" }>;

function ofSecurityGroup(action: OfSecurityGroup, around: Circumstances): Prepared | Refusal {
  const { world, random } = around;
  const table = "securityGroups";
  if (action.call === "create-security-group") {
    // The API gives names back in lower case.
    const name = action.given.name.toLowerCase();
    if (isTaken(world[table], name)) return refusal(409, `Security Group ${name} exists already`);
    const id = newId(random);
    const as = { description: "", ...action.given, name, id, rules: [], externalSources: [] };
    return { reference: securityGroup(id), change: { kind: "make", table, id, as } };
  }
  const id = action.securityGroup;
  const found = world[table][id];
  if (found === undefined) return notFound("Security Group");
  const about = { reference: securityGroup(id) };
  switch (action.call) {
    case "delete-security-group":
      if (isNeeded(id, around)) return inUse("Security Group");
      return { ...about, change: { kind: "remove", table, id } };
    case "add-rule-to-security-group": {
      const other = action.rule.group;
      if (other !== undefined && world[table][other] === undefined)
        return notFound("Security Group");
      const rule = { ...action.rule, id: newId(random) };
      return { ...about, change: { kind: "add-rule", group: id, rule } };
    }
    case "delete-rule-from-security-group":
      if (!found.rules?.some((rule) => rule.id === action.rule)) return notFound("Rule");
      return { ...about, change: { kind: "drop-rule", group: id, id: action.rule } };
    case "add-external-source-to-security-group":
      return { ...about, change: { kind: "add-source", group: id, cidr: action.cidr } };
    case "remove-external-source-from-security-group":
      return { ...about, change: { kind: "drop-source", group: id, cidr: action.cidr } };
  }
}

const securityGroup = (id: string) => ({ id, kind: "security-group" });

/** A group with instances in it stays, and so does one that another group's rules name. */
const isNeeded = (id: string, { world }: Circumstances): boolean =>
  Object.values(world.instances).some((one) => one.securityGroups.includes(id)) ||
  Object.values(world.securityGroups).some(
    (other) => other.id !== id && other.rules?.some((rule) => rule.group === id),
  );

/** Answers to reads, in the API's own JSON, from a world that may be a past one. */
import {
  apiKeyBody,
  elasticIpBody,
  groupBody,
  instanceTypeBody,
  roleBody,
  securityGroupBody,
  sshKeyBody,
  templateBody,
} from "./body.ts";
import { instanceBody, itemBody, networkBody } from "./body-instance.ts";
import type { Cloud, Operation } from "./cloud.ts";
import type { InstanceFilter, Json, Read, TemplateFilter } from "./request.ts";
import type { Instance, Template, World } from "./world.ts";

/** The body of the answer, or nothing when the object does not exist. */
export function read(cloud: Cloud, world: World, action: Read): Json | undefined {
  if (action.call === "get-operation") return body(cloud.operations[action.id], operationBody);
  if ("id" in action) return one(world, action.call, action.id);
  return "filter" in action ? filtered(world, action) : all(world, action.call);
}

const body = <T>(value: T | undefined, render: (value: T) => Json): Json | undefined =>
  value === undefined ? undefined : render(value);

type GetCall = Exclude<Extract<Read, { readonly id: string }>["call"], "get-operation">;

function one(world: World, call: GetCall, id: string): Json | undefined {
  // Keys are asked for by any name, `constructor` among them.
  if (call === "get-ssh-key" && !Object.hasOwn(world.sshKeys, id)) return undefined;
  if (call === "get-api-key" && !Object.hasOwn(world.apiKeys, id)) return undefined;
  switch (call) {
    case "get-elastic-ip":
      return body(world.elasticIps[id], elasticIpBody);
    case "get-security-group":
      return body(world.securityGroups[id], (group) => securityGroupBody(world, group));
    case "get-anti-affinity-group":
      return body(world.antiAffinityGroups[id], (group) => ({
        ...groupBody(group),
        instances: membersOf(world, id),
      }));
    case "get-instance":
      return body(world.instances[id], instanceBody);
    case "get-private-network":
      return body(world.privateNetworks[id], (network) => networkBody(world, network));
    case "get-ssh-key":
      return body(world.sshKeys[id], sshKeyBody);
    case "get-instance-type":
      return body(world.instanceTypes[id], (type) => instanceTypeBody(world, type));
    case "get-template":
      return body(world.templates[id], (template) => templateBody(world, template));
    case "get-iam-role":
      return body(world.iamRoles[id], roleBody);
    case "get-api-key":
      return body(world.apiKeys[id], apiKeyBody);
    case "get-reverse-dns-instance":
      return body(world.instances[id]?.reverseDns, domainBody);
    case "get-reverse-dns-elastic-ip":
      return body(world.elasticIps[id]?.reverseDns, domainBody);
  }
}

const domainBody = (name: string): Json => ({ "domain-name": name });

type ListCall = Exclude<Read["call"], `get-${string}` | "list-instances" | "list-templates">;

function all(world: World, call: ListCall): Json {
  const each = <T>(table: Readonly<Record<string, T>>, render: (value: T) => Json) =>
    Object.values(table).map(render);
  switch (call) {
    case "list-zones":
      return { zones: zonesOf(world) };
    case "list-elastic-ips":
      return { "elastic-ips": each(world.elasticIps, elasticIpBody) };
    case "list-security-groups":
      return {
        "security-groups": each(world.securityGroups, (group) => securityGroupBody(world, group)),
      };
    case "list-anti-affinity-groups":
      return { "anti-affinity-groups": each(world.antiAffinityGroups, groupBody) };
    case "list-private-networks":
      return {
        "private-networks": each(world.privateNetworks, (network) => networkBody(world, network)),
      };
    case "list-ssh-keys":
      return { "ssh-keys": each(world.sshKeys, sshKeyBody) };
    case "list-instance-types":
      return {
        "instance-types": each(world.instanceTypes, (type) => instanceTypeBody(world, type)),
      };
    case "list-quotas":
      return { quotas: quotasOf(world) };
    case "list-iam-roles":
      return { "iam-roles": each(world.iamRoles, roleBody) };
    case "list-api-keys":
      return { "api-keys": each(world.apiKeys, apiKeyBody) };
  }
}

/** What belongs to the whole organisation is asked of `ch-gva-2`: it is served here as well. */
const zonesOf = ({ zone, apiEndpoint }: World): readonly Json[] =>
  [...new Set([zone, "ch-gva-2"])].map((name) => ({
    name,
    "api-endpoint": apiEndpoint.replace(/\/api-[a-z]+-[a-z]+-\d+\./, `/api-${name}.`),
    "sos-endpoint": `https://sos-${name}.exo.io`,
  }));

/** Invented, as every organisation has its own; the resources' names are those of Exoscale's CLI. */
const limits = {
  instance: 20,
  "elastic-ip": 5,
  "security-group": 20,
  "anti-affinity-group": 20,
  "private-network": 10,
} as const;

function quotasOf(world: World): readonly Json[] {
  const used: Readonly<Record<keyof typeof limits, object>> = {
    instance: world.instances,
    "elastic-ip": world.elasticIps,
    "security-group": world.securityGroups,
    "anti-affinity-group": world.antiAffinityGroups,
    "private-network": world.privateNetworks,
  };
  return Object.entries(limits).map(([resource, limit]) => ({
    resource,
    usage: Object.keys(used[resource as keyof typeof limits]).length,
    limit,
  }));
}

type Filtered = Extract<Read, { readonly filter: object }>;

const filtered = (world: World, action: Filtered): Json =>
  action.call === "list-instances"
    ? { instances: listed(world, action.filter).map((instance) => itemBody(world, instance)) }
    : { templates: chosen(world, action.filter).map((template) => templateBody(world, template)) };

function listed(world: World, filter: InstanceFilter): readonly Instance[] {
  if (filter.managerId !== undefined || filter.managerType !== undefined) return [];
  return Object.values(world.instances).filter(
    (instance) =>
      (filter.ipAddress === undefined || instance.publicIp === filter.ipAddress) &&
      Object.entries(filter.labels ?? {}).every(([name, value]) => instance.labels[name] === value),
  );
}

const chosen = (world: World, { visibility, family }: TemplateFilter): readonly Template[] =>
  Object.values(world.templates).filter(
    (template) =>
      template.visibility === (visibility ?? "public") &&
      (family === undefined || template.family === family),
  );

const membersOf = (world: World, group: string): readonly Json[] =>
  Object.values(world.instances)
    .filter((instance) => instance.antiAffinityGroups.includes(group))
    .map(({ id }) => ({ id }));

export function operationBody(operation: Operation): Json {
  const { id, state, reason, message, reference } = operation;
  return {
    id,
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    reference: {
      id: reference.id,
      link: `/v2/${reference.kind}/${reference.id}`,
      command: `get-${reference.kind}`,
    },
  };
}

/** The answer to the call that makes a key, with the secret. */
export const apiKeyMadeBody = (world: World, key: string): Json => ({
  ...body(world.apiKeys[key], apiKeyBody),
  secret: world.apiKeys[key]?.secret,
});

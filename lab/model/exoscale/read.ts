/** Answers to reads, in the API's own JSON, from a world that may be a past one. */
import type { Cloud, Operation } from "./cloud.ts";
import type { InstanceFilter, Json, Read } from "./request.ts";
import type { ElasticIp, Group, Instance, World } from "./world.ts";

/** The body of the answer, or nothing when the object does not exist. */
export function read(cloud: Cloud, world: World, action: Read): Json | undefined {
  switch (action.call) {
    case "list-zones":
      return { zones: [{ name: world.zone, "api-endpoint": world.apiEndpoint }] };
    case "list-elastic-ips":
      return { "elastic-ips": Object.values(world.elasticIps).map(elasticIpBody) };
    case "list-security-groups":
      return { "security-groups": Object.values(world.securityGroups).map(groupBody) };
    case "list-instances":
      return { instances: listed(world, action.filter).map((one) => itemBody(world, one)) };
    case "get-elastic-ip":
      return body(world.elasticIps[action.id], elasticIpBody);
    case "get-security-group":
      return body(world.securityGroups[action.id], groupBody);
    case "get-anti-affinity-group":
      return body(world.antiAffinityGroups[action.id], (group) => ({
        ...groupBody(group),
        instances: membersOf(world, group.id),
      }));
    case "get-instance":
      return body(world.instances[action.id], instanceBody);
    case "get-operation":
      return body(cloud.operations[action.id], operationBody);
  }
}

const body = <T>(value: T | undefined, render: (value: T) => Json): Json | undefined =>
  value === undefined ? undefined : render(value);

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

const elasticIpBody = ({ id, ip, family, description, labels }: ElasticIp): Json => ({
  id,
  ip,
  addressfamily: family,
  ...(family === "inet6" ? { cidr: `${ip}/96` } : {}),
  description,
  labels,
});

const groupBody = ({ id, name, description }: Group): Json => ({ id, name, description });

const membersOf = (world: World, group: string): readonly Json[] =>
  Object.values(world.instances)
    .filter((instance) => instance.antiAffinityGroups.includes(group))
    .map(({ id }) => ({ id }));

const commonBody = (instance: Instance): Json => ({
  id: instance.id,
  name: instance.name,
  state: instance.state,
  "created-at": instance.createdAt,
  "public-ip": instance.publicIp,
  ...(instance.ipv6Address === undefined ? {} : { "ipv6-address": instance.ipv6Address }),
  labels: instance.labels,
  "private-networks": [],
});

/** An item of the list: whole security groups, and no elastic IPs. */
const itemBody = (world: World, instance: Instance): Json => ({
  ...commonBody(instance),
  "security-groups": instance.securityGroups.map((id) => body(world.securityGroups[id], groupBody)),
});

/** One instance: ids only, and the one place that names its elastic IPs. */
const instanceBody = (instance: Instance): Json => ({
  ...commonBody(instance),
  "security-groups": instance.securityGroups.map((id) => ({ id })),
  "anti-affinity-groups": instance.antiAffinityGroups.map((id) => ({ id })),
  "elastic-ips": instance.elasticIps.map((id) => ({ id })),
});

function listed(world: World, filter: InstanceFilter): readonly Instance[] {
  if (filter.managerId !== undefined || filter.managerType !== undefined) return [];
  return Object.values(world.instances).filter(
    (instance) =>
      (filter.ipAddress === undefined || instance.publicIp === filter.ipAddress) &&
      Object.entries(filter.labels ?? {}).every(([name, value]) => instance.labels[name] === value),
  );
}

/** Instances and the networks that they are in, as the API shows them. */
import { groupBody, instanceTypeBody, present, sshKeyBody, templateBody } from "./body.ts";
import { linksTo } from "./prepare-network.ts";
import type { Json } from "./request.ts";
import type { Instance, PrivateNetwork, World } from "./world.ts";

const refs = (ids: readonly string[]): readonly Json[] => ids.map((id) => ({ id }));

const commonBody = (instance: Instance): Json =>
  present({
    id: instance.id,
    name: instance.name,
    state: instance.state,
    "created-at": instance.createdAt,
    "public-ip": instance.publicIp,
    "ipv6-address": instance.ipv6Address,
    labels: instance.labels,
    "private-networks": (instance.privateNetworks ?? []).map(({ network, macAddress }) => ({
      id: network,
      "mac-address": macAddress,
    })),
    "mac-address": instance.make?.macAddress,
    "public-ip-assignment": instance.make?.publicIpAssignment,
  });

/** SSH keys are told twice: the first of them also under its old name. */
function keysBody(keys: readonly Json[]): Json {
  const [first] = keys;
  return first === undefined ? {} : { "ssh-key": first, "ssh-keys": keys };
}

/** An item of the list: whole security groups, and no elastic IPs. */
export function itemBody(world: World, instance: Instance): Json {
  const { make } = instance;
  const type = make && world.instanceTypes[make.instanceType];
  const template = make && world.templates[make.template];
  const keys = (make?.sshKeys ?? []).flatMap((name) => world.sshKeys[name] ?? []);
  return {
    ...commonBody(instance),
    "security-groups": instance.securityGroups.flatMap((id) => {
      const group = world.securityGroups[id];
      return group === undefined ? [] : [groupBody(group)];
    }),
    ...(type && { "instance-type": instanceTypeBody(world, type) }),
    ...(template && { template: templateBody(world, template) }),
    ...keysBody(keys.map(sshKeyBody)),
  };
}

/** One instance: ids only, and the one place that names its elastic IPs. */
export function instanceBody(instance: Instance): Json {
  const { make } = instance;
  return {
    ...commonBody(instance),
    "security-groups": refs(instance.securityGroups),
    "anti-affinity-groups": refs(instance.antiAffinityGroups),
    "elastic-ips": refs(instance.elasticIps),
    ...(make && {
      "instance-type": { id: make.instanceType },
      template: { id: make.template },
      "disk-size": make.diskSizeGib,
      "secureboot-enabled": make.isSecureBoot,
      "tpm-enabled": make.hasTpm,
      ...(make.userData !== undefined && { "user-data": make.userData }),
      ...keysBody(make.sshKeys.map((name) => ({ name }))),
    }),
  };
}

export const networkBody = (world: World, network: PrivateNetwork): Json =>
  present({
    id: network.id,
    name: network.name,
    description: network.description,
    labels: network.labels,
    netmask: network.netmask,
    "start-ip": network.startIp,
    "end-ip": network.endIp,
    options: network.options,
    vni: network.vni,
    leases: linksTo(world, network.id).flatMap(({ instance, ip }) =>
      ip === undefined ? [] : [{ ip, "instance-id": instance }],
    ),
  });

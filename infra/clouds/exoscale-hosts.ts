/** Hosts as instances, on their networks and in their groups. */
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { addressedNetworks, type Host, hostsOf, type Stack } from "../../stack/stack.ts";
import type { Outputs } from "../last-deployment.ts";
import { leaseRange } from "../lease-range.ts";
import type { Place } from "./exoscale-facts.ts";
import type { Firewalled } from "./exoscale-firewall.ts";
import { heldInputs, type InstancePlan } from "./exoscale-plan.ts";
import * as exoscale from "./exoscale-resources.ts";

export type Networks = ReadonlyMap<string, { id: pulumi.Output<string>; leases: boolean }>;

/** Private networks whose fixed leases are the stack's addresses: a guest may also ask by DHCP. */
export function makeNetworks({ name, parent }: Place, stack: Stack, zone: string): Networks {
  const slots = stack.backends.map(({ target }) => target);
  const made = addressedNetworks(stack.networks).map((network) => {
    const ours = hostsOf(stack).flatMap(({ ips }) => ips[network.name] ?? []);
    const range = leaseRange(network.cidr, [...ours, ...slots, network.gateway ?? ""]);
    const { id } = new exoscale.PrivateNetwork(
      `${name}-${network.name}`,
      {
        zone,
        name: `${stack.name}-${network.name}`,
        description: `Network ${network.name} of ${stack.name}`,
        ...range,
      },
      { parent },
    );
    return [network.name, { id, leases: range !== undefined }] as const;
  });
  return new Map(made);
}

/** A key is named after its content: another key is another resource, never a change of one. */
export const sshKeyName = (stack: Stack, publicKey: string): string =>
  `${stack.name}-${createHash("sha256").update(publicKey).digest("hex").slice(0, 8)}`;

export const makeSshKeys = ({ name, parent }: Place, stack: Stack): exoscale.SshKey[] =>
  [...new Set(stack.access.sshKeys)].map((publicKey) => {
    const keyName = sshKeyName(stack, publicKey);
    const child = keyName.replace(stack.name, name);
    return new exoscale.SshKey(child, { name: keyName, publicKey }, { parent });
  });

/** Two load balancers on one machine of the cloud would die together. */
export const makeAntiAffinity = ({ name, parent }: Place, stack: Stack) =>
  new exoscale.AntiAffinityGroup(
    `${name}-load-balancer`,
    { name: `${stack.name}-load-balancer`, description: `Load balancers of ${stack.name}` },
    { parent },
  );

/** What all instances lean on. */
export type Shared = {
  readonly place: Place;
  readonly networks: Networks;
  readonly firewalled: Firewalled;
  readonly sshKeys: readonly exoscale.SshKey[];
  readonly antiAffinity: exoscale.AntiAffinityGroup;
};

/** @param held what the last deployment recorded, where the host has to stay as it is */
export function makeInstance(
  shared: Shared,
  host: Host,
  plan: InstancePlan,
  userData: pulumi.Output<string>,
  held: Outputs | undefined,
): exoscale.ComputeInstance {
  const { place, networks, firewalled, sshKeys, antiAffinity } = shared;
  const group = firewalled.groups[host.role === "node" ? "load-balancer" : "app-server"];
  const groups = [firewalled.groups.default, group].flatMap((one) => one?.id ?? []);
  const { ips, ...own } = plan;
  const interfaces = ips.flatMap(({ network, ip }) => {
    const { id, leases } = networks.get(network) ?? {};
    return id ? [{ networkId: id, ...(leases && ip !== undefined && { ipAddress: ip }) }] : [];
  });
  const before = held && heldInputs(held);
  return new exoscale.ComputeInstance(
    `${place.name}-${host.name}`,
    {
      ...own,
      securityGroupIds: groups,
      sshKeys: sshKeys.map(({ name }) => name),
      ...(host.role === "node" && { antiAffinityGroupIds: [antiAffinity.id] }),
      ...(interfaces.length > 0 && { networkInterfaces: interfaces }),
      ...before,
      userData: before === undefined ? userData : pulumi.secret(before.userData),
    },
    {
      parent: place.parent,
      // The agent moves the address: the program neither declares nor undoes where it is.
      ignoreChanges: ["elasticIpIds"],
      // The cloud would take new user-data and the host would never read it.
      replaceOnChanges: ["userData"],
      // Two hosts cannot have one fixed address, nor one node two machines.
      deleteBeforeReplace: host.role === "node" || ips.length > 0,
      additionalSecretOutputs: ["userData"],
      // A load balancer that cannot hear its peers would think that they are dead.
      dependsOn: host.role === "node" ? [...firewalled.rules] : [],
    },
  );
}

/**
 * What user-data has to know of the cloud: the elastic IPs, the group in which peers find each
 * other, and the agent's key. They are made before anything else: hosts become what these say.
 */
import * as pulumi from "@pulumi/pulumi";
import { reasonOf } from "../../stack/failure.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Facts } from "../../user-data/facts.ts";
import { groupName } from "../firewall.ts";
import { agentPolicy } from "../identity.ts";
import type { Recorded } from "../last-deployment.ts";
import { stop } from "../problem.ts";
import { getElasticIp } from "./exoscale-functions.ts";
import { addressNote } from "./exoscale-names.ts";
import * as exoscale from "./exoscale-resources.ts";

export type MadeAddress = {
  readonly id: pulumi.Output<string>;
  readonly ip: pulumi.Output<string>;
};

export type MadeFacts = {
  readonly addresses: Readonly<Record<string, MadeAddress>>;
  readonly nodeGroup: exoscale.SecurityGroup;
  /** Absent where the stack file names credentials of its own. */
  readonly credentials: { key: pulumi.Output<string>; secret: pulumi.Output<string> } | undefined;
  readonly facts: pulumi.Output<Facts>;
};

/** Where resources belong: their component's name, and the options that make them its children. */
export type Place = {
  readonly name: string;
  readonly parent: pulumi.Resource;
  /** What the last deployment recorded of the component's children. */
  readonly recorded: Recorded;
};

export async function makeFacts(place: Place, stack: Stack, zone: string): Promise<MadeFacts> {
  const addresses = await makeAddresses(place, stack, zone);
  const nodeGroup = new exoscale.SecurityGroup(
    `${place.name}-load-balancer`,
    { name: groupName(stack, "load-balancer"), description: `Load balancers of ${stack.name}` },
    { parent: place.parent },
  );
  const own = Object.keys(stack.agent.credentials).length > 0;
  const ips = Object.values(addresses).map(({ ip }) => ip);
  const credentials = own ? undefined : makeKey(place, stack, ips);
  const facts = pulumi
    .all([pulumi.output(addresses), nodeGroup.id, credentials ?? {}])
    .apply(([known, id, { key, secret }]: [Facts["addresses"], string, Key]): Facts => {
      const both = key !== undefined && secret !== undefined;
      return {
        addresses: known,
        securityGroup: { id },
        ...(both && { agentCredentials: { key, secret } }),
        secrets: {},
      };
    });
  return { addresses, nodeGroup, credentials, facts };
}

type Key = { readonly key?: string; readonly secret?: string };

/**
 * An address whose `ip` stands in the stack file exists already; the others are made. One that was
 * made here stays here when its `ip` is written down later: to let go of it would be to release it.
 */
async function makeAddresses(
  { name, parent, recorded }: Place,
  stack: Stack,
  zone: string,
): Promise<MadeFacts["addresses"]> {
  const made = stack.addresses.map(async (address): Promise<[string, MadeAddress]> => {
    const child = `${name}-${address.name}`;
    const ours = recorded("exoscale:index/elasticIp:ElasticIp").get(child)?.ipAddress;
    if (address.ip !== undefined && address.ip !== ours) {
      const id = await existing(address.ip, zone, parent);
      return [address.name, { id: pulumi.output(id), ip: pulumi.output(address.ip) }];
    }
    // Without a health check it is a manual one: the cloud leaves it to us who gets the traffic.
    const description = addressNote(address.name, stack);
    const labels = { "baton-stack": stack.name };
    const args = { zone, description, labels };
    const { id, ipAddress } = new exoscale.ElasticIp(child, args, { parent });
    return [address.name, { id, ip: ipAddress }];
  });
  return Object.fromEntries(await Promise.all(made));
}

async function existing(ip: string, zone: string, parent: pulumi.Resource): Promise<string> {
  const { id, healthchecks } = await getElasticIp({ zone, ipAddress: ip }, { parent }).catch(
    (error) =>
      stop(
        `elastic IP ${ip} was not found in ${zone}: ${reasonOf(error)}`,
        "reserve it there, or leave `ip` out: then one is made",
      ),
  );
  if (healthchecks.length > 0) {
    stop(
      `elastic IP ${ip} has a health check: the cloud would move it, and the agent too`,
      "reserve a manual one, which has none",
    );
  }
  return id ?? stop(`elastic IP ${ip}: the provider did not tell its id`);
}

function makeKey(
  { name, parent }: Place,
  stack: Stack,
  ips: readonly pulumi.Output<string>[],
): MadeFacts["credentials"] {
  const role = new exoscale.IamRole(
    `${name}-agent`,
    {
      name: `${stack.name}-agent`,
      description: `Moves the addresses of ${stack.name}, and nothing else`,
      editable: true,
      policy: pulumi.all([...ips]).apply(agentPolicy),
    },
    { parent },
  );
  const { key, secret } = new exoscale.IamApiKey(
    `${name}-agent`,
    { name: `${stack.name}-agent`, roleId: role.id },
    // The provider hides the secret; who it belongs to is nobody's business either.
    { parent, additionalSecretOutputs: ["key"] },
  );
  return { key, secret };
}

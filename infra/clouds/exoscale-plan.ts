/** What an instance is to be, and what the last deployment made of it: compared, not yet made. */
import { addressedNetworks, type Host, type Stack } from "../../stack/stack.ts";
import { listOf, type Outputs, textOf, textsOf } from "../last-deployment.ts";
import type { Properties } from "../replacement.ts";
import { imageLabel, imageName } from "./exoscale-images.ts";
import type { ComputeInstanceData } from "./exoscale-resources.ts";

/** The smallest disk that Exoscale makes, in GiB: the hosts keep nothing. */
const diskGib = 10;

const defaultSize = "small";

/** The part of an instance that no other resource decides. */
export type InstancePlan = Required<
  Pick<ComputeInstanceData, "name" | "zone" | "type" | "diskSize" | "ipv6" | "templateId">
> & {
  readonly labels: Readonly<Record<string, string>>;
  /** Fixed address by network, in the order of the stack file. */
  readonly ips: readonly { readonly network: string; readonly ip: string | undefined }[];
};

export function planInstance(
  stack: Stack,
  host: Host,
  zone: string,
  template: { readonly newest: string; readonly recorded: Outputs | undefined },
): InstancePlan {
  const labels = labelsOf(stack, host);
  return {
    name: `${stack.name}-${host.name}`,
    zone,
    type: typeOf(host.size ?? defaultSize),
    diskSize: diskGib,
    ipv6: stack.addresses.some(({ ip }) => ip?.includes(":")),
    templateId: pinned(labels["baton-image"], template.recorded) ?? template.newest,
    labels,
    ips: addressedNetworks(stack.networks).flatMap((network) =>
      host.role === "node" || host.ips[network.name] !== undefined
        ? [{ network: network.name, ip: host.ips[network.name] }]
        : [],
    ),
  };
}

/** The provider reads a type back with its family. */
const typeOf = (size: string): string => (size.includes(".") ? size : `standard.${size}`);

function labelsOf({ name, election }: Stack, host: Host): Readonly<Record<string, string>> {
  const peers = election.method === "heartbeat" ? election.peers : undefined;
  return {
    "baton-stack": name,
    "baton-host": host.name,
    "baton-role": host.role,
    "baton-image": imageLabel(imageName(host)),
    ...(host.role === "node" && peers?.from === "label" && { baton: peers.name }),
  };
}

/** A newer template of the same name is no reason to replace a host: it keeps its own. */
function pinned(image: string | undefined, recorded: Outputs | undefined): string | undefined {
  const before = textsOf(recorded?.labels)["baton-image"];
  return before !== undefined && before === image ? textOf(recorded?.templateId) : undefined;
}

/** The properties whose change replaces an instance, restarts it or cuts its private network. */
export const plannedProperties = (
  plan: InstancePlan,
  others: {
    readonly userData: string | undefined;
    readonly sshKeys: readonly string[];
    readonly groupIds: readonly string[] | undefined;
  },
): Properties => ({
  userData: others.userData,
  templateId: plan.templateId,
  sshKeys: joined(others.sshKeys),
  antiAffinityGroupIds: others.groupIds && joined(others.groupIds),
  zone: plan.zone,
  type: plan.type,
  diskSize: String(plan.diskSize),
  networkInterfaces: joined(plan.ips.map(({ ip }) => ip ?? "")),
});

/** The same properties as the last deployment recorded them. */
export const recordedProperties = (outputs: Outputs): Readonly<Record<string, string>> => ({
  userData: textOf(outputs.userData) ?? "",
  templateId: textOf(outputs.templateId) ?? "",
  sshKeys: joined(listOf(outputs.sshKeys).map(String)),
  antiAffinityGroupIds: joined(listOf(outputs.antiAffinityGroupIds).map(String)),
  zone: textOf(outputs.zone) ?? "",
  type: textOf(outputs.type) ?? "",
  diskSize: String(outputs.diskSize),
  networkInterfaces: joined(
    listOf(outputs.networkInterfaces).map((one) => textsOf(one).ipAddress ?? ""),
  ),
});

/** The same properties again, as inputs that change nothing, for a host that is held back. */
export const heldInputs = (outputs: Outputs) => ({
  userData: textOf(outputs.userData) ?? "",
  templateId: textOf(outputs.templateId) ?? "",
  sshKeys: listOf(outputs.sshKeys).map(String),
  antiAffinityGroupIds: listOf(outputs.antiAffinityGroupIds).map(String),
  zone: textOf(outputs.zone) ?? "",
  type: textOf(outputs.type) ?? "",
  diskSize: Number(outputs.diskSize),
  labels: textsOf(outputs.labels),
  networkInterfaces: listOf(outputs.networkInterfaces).map((one) => {
    const { networkId = "", ipAddress } = textsOf(one);
    return { networkId, ...(ipAddress && { ipAddress }) };
  }),
});

const joined = (texts: readonly string[]): string => texts.toSorted().join(" ");

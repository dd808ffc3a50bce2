/** Instances: the one resource here that the provider's newer client serves. */
import { type Api, absent } from "./api.ts";
import { instanceState } from "./instance-state.ts";
import { foundType } from "./instance-type.ts";
import { updateInstance } from "./instance-update.ts";
import type { Resource } from "./resource.ts";
import { encodeUserData, userDataProblem } from "./user-data.ts";
import { type Fields, given, objectsOf, refs, textOf, textsOf } from "./values.ts";

const once = { replaces: true } as const;

export const computeInstance: Resource = {
  properties: {
    zone: { ...once, required: true },
    templateId: { ...once, required: true },
    type: { required: true, ignoresCase: true },
    diskSize: { required: true },
    name: { required: true },
    userData: {},
    labels: { isMap: true },
    sshKey: once,
    sshKeys: { ...once, isSet: true },
    antiAffinityGroupIds: { ...once, isSet: true },
    securityGroupIds: { isSet: true },
    networkInterfaces: { isSet: true },
    // Optional and not computed: what the agent attached is a difference, unless it is ignored.
    elasticIpIds: { isSet: true },
    blockStorageVolumeIds: { isSet: true },
    ipv6: { default: false },
    private: { default: false },
    enableTpm: { default: false },
    enableSecureBoot: once,
    deployTargetId: once,
    destroyProtected: {},
    reverseDns: {},
    state: { computed: true },
  },
  outputs: ["publicIpAddress", "ipv6Address", "macAddress", "createdAt", "privateNetworkIds"],
  check({ userData, diskSize }) {
    const problem = typeof userData === "string" ? userDataProblem(userData) : undefined;
    return [
      ...(problem === undefined ? [] : [{ property: "userData", reason: problem }]),
      ...(typeof diskSize === "number" && diskSize < 10
        ? [{ property: "diskSize", reason: `expected to be at least (10), got ${diskSize}` }]
        : []),
    ];
  },
  async create(api, inputs) {
    const zone = await api.inZone(textOf(inputs.zone));
    const id = await zone.operate("POST", "/instance", await newBody(zone, inputs));
    return { id, finish: () => furnished(zone, id, inputs) };
  },
  async read(api, id, state) {
    const zone = await api.inZone(textOf(state.zone));
    const instance = await zone.find(`/instance/${id}`);
    return instance && { ...state, ...(await instanceState(zone, id, instance, state)) };
  },
  update: async (api, id, plan) =>
    updateInstance(await api.inZone(textOf(plan.news.zone)), id, plan),
  async remove(api, id, state) {
    const zone = await api.inZone(textOf(state.zone));
    await zone.operate("DELETE", `/reverse-dns/instance/${id}`).catch(absent);
    await zone.operate("DELETE", `/instance/${id}`);
  },
};

async function newBody(zone: Api, inputs: Fields): Promise<Fields> {
  const type = await foundType(zone, textOf(inputs.type));
  const { userData, sshKeys, sshKey } = inputs;
  const keys = textsOf(sshKeys).map((name) => ({ name }));
  return {
    ...given({
      name: inputs.name,
      labels: inputs.labels,
      "ssh-keys": keys,
      "ssh-key": keys.length === 0 && sshKey ? { name: sshKey } : undefined,
      "security-groups": refs(inputs.securityGroupIds),
      "anti-affinity-groups": refs(inputs.antiAffinityGroupIds),
      "user-data": userData ? encodeUserData(textOf(userData)) : undefined,
      "secureboot-enabled": inputs.enableSecureBoot,
      "tpm-enabled": inputs.enableTpm,
    }),
    "public-ip-assignment": inputs.private ? "none" : inputs.ipv6 ? "dual" : "inet4",
    "instance-type": { id: type },
    template: { id: inputs.templateId },
    "disk-size": inputs.diskSize,
  };
}

/** What the API takes only after the instance is there. */
async function furnished(zone: Api, id: string, inputs: Fields): Promise<void> {
  const instance = { id };
  if (inputs.destroyProtected) await zone.operate("PUT", `/instance/${id}:add-protection`);
  for (const address of textsOf(inputs.elasticIpIds))
    await zone.operate("PUT", `/elastic-ip/${address}:attach`, { instance });
  for (const { networkId, ipAddress } of objectsOf(inputs.networkInterfaces))
    await zone.operate("PUT", `/private-network/${textOf(networkId)}:attach`, {
      instance,
      ...given({ ip: ipAddress }),
    });
  if (inputs.reverseDns)
    await zone.operate("POST", `/reverse-dns/instance/${id}`, { "domain-name": inputs.reverseDns });
  if (inputs.state === "stopped") await zone.operate("PUT", `/instance/${id}:stop`);
}

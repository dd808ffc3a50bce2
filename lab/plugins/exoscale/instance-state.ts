/** An instance as it is read back. What the API leaves out stays as it was known. */
import type { Api } from "./api.ts";
import { decodeUserData } from "./user-data.ts";
import { type Fields, fieldsOf, given, idsOf, objectsOf, textOf, textsOf } from "./values.ts";

export async function instanceState(
  zone: Api,
  id: string,
  instance: Fields,
  state: Fields,
): Promise<Fields> {
  const links = objectsOf(instance["private-networks"]);
  const networkInterfaces: Fields[] = [];
  for (const link of links) networkInterfaces.push(await interfaceOf(zone, id, link));
  const record = await zone.find(`/reverse-dns/instance/${id}`);
  const ipv6Address = textOf(instance["ipv6-address"]);
  const userData = textOf(instance["user-data"]);
  return {
    name: instance.name,
    state: instance.state,
    createdAt: instance["created-at"],
    diskSize: instance["disk-size"],
    type: await typeName(zone, textOf(fieldsOf(instance["instance-type"]).id)),
    templateId: fieldsOf(instance.template).id,
    labels: instance.labels ?? {},
    ipv6: ipv6Address !== "",
    ipv6Address,
    enableTpm: instance["tpm-enabled"] ?? false,
    enableSecureBoot: instance["secureboot-enabled"] ?? false,
    deployTargetId: textOf(fieldsOf(instance["deploy-target"]).id),
    reverseDns: textOf(record?.["domain-name"]).replace(/\.$/, ""),
    publicIpAddress: instance["public-ip"] ?? "",
    macAddress: instance["mac-address"] ?? "",
    privateNetworkIds: idsOf(links),
    ...given({
      antiAffinityGroupIds: idsOf(instance["anti-affinity-groups"]),
      securityGroupIds: idsOf(instance["security-groups"]),
      // Empty lists are not written back: an address that was taken away stays in the state.
      elasticIpIds: idsOf(instance["elastic-ips"]),
      networkInterfaces,
      userData: userData && decodeUserData(userData),
    }),
    ...keysOf(instance, state),
  };
}

/** The API tells the first key under two names; only the one that was used is kept. */
function keysOf(instance: Fields, state: Fields): Fields {
  const first = fieldsOf(instance["ssh-key"]).name;
  if (first !== undefined && state.sshKey) return { sshKey: first };
  const names = textsOf(objectsOf(instance["ssh-keys"]).map(({ name }) => name));
  return given({ sshKeys: names });
}

async function interfaceOf(zone: Api, id: string, link: Fields): Promise<Fields> {
  const networkId = textOf(link.id);
  const { leases } = await zone.get(`/private-network/${networkId}`);
  const lease = objectsOf(leases).find((one) => one["instance-id"] === id);
  return { networkId, ipAddress: lease?.ip ?? "", macAddress: link["mac-address"] };
}

async function typeName(zone: Api, id: string): Promise<string> {
  const { "instance-types": types } = await zone.get("/instance-type");
  const found = objectsOf(types).find((one) => one.id === id);
  if (found === undefined) throw new Error(`unable to find instance type: ${id}`);
  return `${textOf(found.family)}.${textOf(found.size)}`;
}

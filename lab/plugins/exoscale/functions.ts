/** The provider's functions: they ask the cloud and change nothing. */

import { elasticIp } from "./address.ts";
import type { Api } from "./api.ts";
import { computeInstance } from "./instance.ts";
import { type Fields, objectsOf, textOf } from "./values.ts";

type Invoked = (api: Api, asked: Fields) => Promise<Fields>;

export const functions: Readonly<Record<string, Invoked>> = {
  async getZones(api) {
    const { zones } = await api.get("/zone");
    return { id: "zones", zones: objectsOf(zones).map(({ name }) => name) };
  },

  /** The newest of those with the name. */
  async getTemplate(api, { zone, id, name, visibility = "public" }) {
    if (!id && !name) throw new Error("either name or id must be specified");
    const found = id
      ? await api.get(`/template/${textOf(id)}`)
      : newest(await api.get(`/template?visibility=${textOf(visibility)}`), name);
    if (found === undefined) throw new Error(`template ${JSON.stringify(name)} was not found`);
    const { id: foundId, name: foundName, "default-user": defaultUser } = found;
    return { zone, visibility, id: foundId, name: foundName, defaultUser };
  },

  async getElasticIp(api, { zone, id, ipAddress, labels }) {
    const { "elastic-ips": all } = await api.get("/elastic-ip");
    const matching = objectsOf(all).filter(
      (one) =>
        (id === undefined || one.id === id) &&
        (ipAddress === undefined || one.ip === ipAddress) &&
        (labels === undefined || JSON.stringify(one.labels) === JSON.stringify(labels)),
    );
    const [found] = matching;
    if (found === undefined || matching.length > 1)
      throw new Error(`${matching.length} elastic IPs match`);
    const { healthcheck, ...state } = (await elasticIp.read(api, textOf(found.id), {})) ?? {};
    return { ...state, zone, id: found.id, healthchecks: healthcheck ? [healthcheck] : [] };
  },

  async getComputeInstance(api, { zone, id, name }) {
    const inZone = await api.inZone(textOf(zone));
    const { instances } = await inZone.get("/instance");
    const found = objectsOf(instances).find((one) =>
      id === undefined ? one.name === name : one.id === id,
    );
    const state = found && (await computeInstance.read(api, textOf(found.id), { zone }));
    if (found === undefined || state === undefined)
      throw new Error(`instance ${JSON.stringify(id ?? name)} was not found`);
    return { ...blank, ...state, id: found.id };
  },

  async getSecurityGroup(api, { id, name }) {
    const { "security-groups": groups } = await api.get("/security-group");
    const found = objectsOf(groups).find((one) => one.id === id || one.name === name);
    if (found === undefined)
      throw new Error(`security group ${JSON.stringify(id ?? name)} was not found`);
    return {
      id: found.id,
      name: found.name,
      externalSources: found["external-sources"] ?? [],
    };
  },
};

/** Properties that an instance need not have. */
const blank: Fields = {
  antiAffinityGroupIds: [],
  elasticIpIds: [],
  securityGroupIds: [],
  sshKeys: [],
  sshKey: "",
  userData: "",
  managerId: "",
  managerType: "",
};

const newest = ({ templates }: Fields, name: unknown): Fields | undefined =>
  objectsOf(templates)
    .filter((template) => template.name === name)
    .toSorted((one, other) => textOf(other["created-at"]).localeCompare(textOf(one["created-at"])))
    .at(0);

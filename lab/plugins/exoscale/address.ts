/** Elastic IPs and private networks. */
import { absent } from "./api.ts";
import type { Resource } from "./resource.ts";
import { type Fields, fieldsOf, given, isFields, textOf } from "./values.ts";

/** Source: the provider's own defaults, which are not the API's. */
const checkDefaults: Fields = { interval: 10, timeout: 3, strikesFail: 2, strikesOk: 3 };

export const elasticIp: Resource = {
  properties: {
    zone: { required: true, replaces: true },
    addressFamily: { replaces: true, computed: true },
    description: { computed: true },
    healthcheck: { computed: true },
    labels: { isMap: true },
    reverseDns: {},
  },
  outputs: ["ipAddress", "cidr"],
  async create(api, inputs) {
    const { addressFamily, description, labels, healthcheck, reverseDns } = inputs;
    const body = given({
      addressfamily: addressFamily,
      description,
      labels,
      healthcheck: healthcheck && checkBody({ ...checkDefaults, ...fieldsOf(healthcheck) }),
    });
    const id = await api.operate("POST", "/elastic-ip", body);
    await api.get(`/elastic-ip/${id}`);
    if (reverseDns)
      await api.operate("POST", `/reverse-dns/elastic-ip/${id}`, { "domain-name": reverseDns });
    return { id };
  },
  async read(api, id, state) {
    const address = await api.find(`/elastic-ip/${id}`);
    if (address === undefined) return undefined;
    const record = await api.find(`/reverse-dns/elastic-ip/${id}`);
    return {
      ...state,
      addressFamily: address.addressfamily ?? "",
      cidr: address.cidr ?? "",
      description: address.description ?? "",
      ipAddress: address.ip,
      labels: address.labels ?? {},
      reverseDns: textOf(record?.["domain-name"]).replace(/\.$/, ""),
      ...(isFields(address.healthcheck) && { healthcheck: checkState(address.healthcheck) }),
    };
  },
  async update(api, id, { news, changed }) {
    const path = `/elastic-ip/${id}`;
    await api.get(path);
    const { labels = {}, description = "", healthcheck, reverseDns } = news;
    const body = {
      ...(changed.has("labels") && { labels }),
      ...(changed.has("description") && { description }),
      ...(changed.has("healthcheck") && { healthcheck: checkBody(fieldsOf(healthcheck)) }),
    };
    if (Object.keys(body).length > 0) await api.operate("PUT", path, body);
    if (!changed.has("reverseDns")) return;
    if (reverseDns) await api.operate("POST", `/reverse-dns${path}`, { "domain-name": reverseDns });
    else await api.operate("DELETE", `/reverse-dns${path}`);
  },
  async remove(api, id) {
    await api.operate("DELETE", `/reverse-dns/elastic-ip/${id}`).catch(absent);
    // This release of the provider detaches nothing first.
    await api.operate("DELETE", `/elastic-ip/${id}`);
  },
};

const dashed = (name: string): string => name.replace(/[A-Z]+/g, (big) => `-${big.toLowerCase()}`);
const camel = (name: string): string => name.replace(/-(.)/g, (_, next) => next.toUpperCase());

const checkBody = (check: Fields): Fields =>
  Object.fromEntries(Object.entries(check).map(([name, value]) => [dashed(name), value]));

const checkState = (check: Fields): Fields =>
  Object.fromEntries(Object.entries(check).map(([name, value]) => [camel(name), value]));

const networkBody = (fields: Fields): Fields => ({
  ...(fields.name !== undefined && { name: fields.name }),
  ...(fields.description !== undefined && { description: fields.description }),
  ...(fields.labels !== undefined && { labels: fields.labels }),
  ...given({ netmask: fields.netmask, "start-ip": fields.startIp, "end-ip": fields.endIp }),
});

export const privateNetwork: Resource = {
  properties: {
    zone: { required: true, replaces: true },
    name: { required: true },
    description: {},
    labels: { isMap: true },
    netmask: {},
    startIp: {},
    endIp: {},
  },
  outputs: [],
  async create(api, inputs) {
    const id = await api.operate("POST", "/private-network", networkBody(given(inputs)));
    await api.get(`/private-network/${id}`);
    return { id };
  },
  async read(api, id, state) {
    const network = await api.find(`/private-network/${id}`);
    return (
      network && {
        ...state,
        name: network.name,
        description: network.description ?? "",
        labels: network.labels ?? {},
        ...given({
          netmask: network.netmask,
          startIp: network["start-ip"],
          endIp: network["end-ip"],
        }),
      }
    );
  },
  async update(api, id, { news, changed }) {
    await api.get(`/private-network/${id}`);
    const cleared: Fields = { description: "", labels: {} };
    const fields = Object.fromEntries(
      [...changed].map((name) => [name, news[name] ?? cleared[name]]),
    );
    await api.operate("PUT", `/private-network/${id}`, networkBody(fields));
  },
  remove: async (api, id) => {
    await api.operate("DELETE", `/private-network/${id}`);
  },
};

/** Who may do what: SSH keys, IAM roles and their API keys. */
import type { Resource } from "./resource.ts";
import { type Fields, fieldsOf, given, listOf, objectsOf, textOf } from "./values.ts";

export const sshKey: Resource = {
  properties: {
    name: { required: true, replaces: true },
    publicKey: { required: true, replaces: true },
  },
  outputs: ["fingerprint"],
  async create(api, { name, publicKey }) {
    // The answer is an operation, and this release of the provider does not wait for its end.
    await api.call("POST", "/ssh-key", { name, "public-key": publicKey });
    await api.get(`/ssh-key/${encodeURIComponent(textOf(name))}`);
    return { id: textOf(name) };
  },
  async read(api, id, state) {
    const key = await api.find(`/ssh-key/${encodeURIComponent(id)}`);
    return key && { ...state, name: key.name, fingerprint: key.fingerprint };
  },
  remove: async (api, id) => {
    await api.operate("DELETE", `/ssh-key/${encodeURIComponent(id)}`);
  },
};

const computed = { computed: true } as const;

export const iamRole: Resource = {
  properties: {
    name: { required: true, replaces: true },
    description: computed,
    editable: { ...computed, replaces: true },
    labels: { ...computed, isMap: true },
    permissions: computed,
    policy: computed,
    timeouts: computed,
  },
  outputs: [],
  async create(api, { name, description, editable, labels, permissions, policy }) {
    const body = {
      ...given({ name, description, labels, permissions }),
      ...(editable !== undefined && { editable }),
      ...(policy !== undefined && { policy: policyBody(fieldsOf(policy)) }),
    };
    const id = await api.operate("POST", "/iam-role", body);
    await api.get(`/iam-role/${id}`);
    return { id };
  },
  async read(api, id, state) {
    // A role that is gone is an error here, in this release of the provider.
    const role = await api.get(`/iam-role/${id}`);
    return {
      ...state,
      name: role.name,
      description: role.description ?? "",
      editable: role.editable,
      labels: role.labels ?? {},
      permissions: role.permissions ?? [],
      policy: policyState(fieldsOf(role.policy)),
    };
  },
  async update(api, id, { news, changed }) {
    const { description, labels, permissions, policy } = news;
    const body = {
      ...(changed.has("description") && { description }),
      ...(changed.has("labels") && { labels }),
      ...(changed.has("permissions") && { permissions }),
    };
    if (Object.keys(body).length > 0) await api.operate("PUT", `/iam-role/${id}`, body);
    if (changed.has("policy"))
      await api.operate("PUT", `/iam-role/${id}:policy`, policyBody(fieldsOf(policy)));
  },
  remove: async (api, id) => {
    await api.operate("DELETE", `/iam-role/${id}`);
  },
};

const eachService = (services: unknown, as: (service: Fields) => Fields): Fields =>
  Object.fromEntries(
    Object.entries(fieldsOf(services)).map(([name, service]) => [name, as(fieldsOf(service))]),
  );

const ruleOf = ({ action, expression }: Fields): Fields => given({ action, expression });

const policyBody = ({ defaultServiceStrategy, services }: Fields): Fields => ({
  "default-service-strategy": defaultServiceStrategy,
  services: eachService(services, ({ type, rules }) => ({
    ...given({ type }),
    ...(listOf(rules).length > 0 && { rules: objectsOf(rules).map(ruleOf) }),
  })),
});

const policyState = (policy: Fields): Fields => ({
  defaultServiceStrategy: policy["default-service-strategy"],
  services: eachService(policy.services, ({ type, rules }) => ({
    ...given({ type }),
    rules: objectsOf(rules).map(ruleOf),
  })),
});

export const iamApiKey: Resource = {
  properties: {
    name: { required: true, replaces: true },
    roleId: { required: true, replaces: true },
    timeouts: computed,
  },
  outputs: ["key", "secret"],
  secrets: ["secret"],
  async create(api, { name, roleId }) {
    const made = await api.call("POST", "/api-key", { name, "role-id": roleId });
    return { id: textOf(made.key), told: { secret: made.secret } };
  },
  async read(api, id, state) {
    const key = await api.get(`/api-key/${id}`);
    return { ...state, key: key.key, name: key.name, roleId: key["role-id"] };
  },
  remove: async (api, id) => {
    await api.operate("DELETE", `/api-key/${id}`);
  },
};

/** Groups of instances: security groups, their rules, and anti-affinity. */
import { type Api, absent } from "./api.ts";
import type { Resource } from "./resource.ts";
import { type Fields, given, objectsOf, textOf, textsOf } from "./values.ts";

const once = { replaces: true } as const;

export const antiAffinityGroup: Resource = {
  properties: { name: { ...once, required: true }, description: once },
  outputs: [],
  create: async (api, { name, description }) => ({
    id: await api.operate("POST", "/anti-affinity-group", given({ name, description })),
  }),
  async read(api, id, state) {
    const group = await api.find(`/anti-affinity-group/${id}`);
    return group && { ...state, name: group.name, description: group.description ?? "" };
  },
  remove: async (api, id) => {
    await api.operate("DELETE", `/anti-affinity-group/${id}`);
  },
};

export const securityGroup: Resource = {
  properties: {
    name: { ...once, required: true, ignoresCase: true },
    description: once,
    externalSources: { isSet: true },
  },
  outputs: [],
  async create(api, { name, description, externalSources }) {
    const id = await api.operate("POST", "/security-group", given({ name, description }));
    await api.get(`/security-group/${id}`);
    for (const cidr of textsOf(externalSources))
      await api.operate("PUT", `/security-group/${id}:add-source`, { cidr });
    return { id };
  },
  async read(api, id, state) {
    const group = await api.find(`/security-group/${id}`);
    const externalSources = group?.["external-sources"];
    return (
      group && {
        ...state,
        name: group.name,
        description: group.description ?? "",
        ...(externalSources !== undefined && { externalSources }),
      }
    );
  },
  async update(api, id, { olds, news }) {
    await api.get(`/security-group/${id}`);
    const before = textsOf(olds.externalSources);
    const after = textsOf(news.externalSources);
    for (const cidr of after.filter((one) => !before.includes(one)))
      await api.operate("PUT", `/security-group/${id}:add-source`, { cidr });
    for (const cidr of before.filter((one) => !after.includes(one)))
      await api.operate("PUT", `/security-group/${id}:remove-source`, { cidr });
  },
  remove: async (api, id) => {
    await api.operate("DELETE", `/security-group/${id}`);
  },
};

const left = { replaces: true, computed: true } as const;

export const securityGroupRule: Resource = {
  properties: {
    type: { ...once, required: true },
    protocol: { ...once, default: "TCP", ignoresCase: true },
    cidr: once,
    description: once,
    startPort: once,
    endPort: once,
    icmpType: once,
    icmpCode: once,
    securityGroupId: left,
    securityGroup: left,
    userSecurityGroupId: once,
    userSecurityGroup: left,
    publicSecurityGroup: left,
  },
  outputs: [],
  check(inputs) {
    const wrong = !["INGRESS", "EGRESS"].includes(String(inputs.type));
    return wrong ? [{ property: "type", reason: "expected INGRESS or EGRESS" }] : [];
  },
  async create(api, inputs) {
    const group = await foundGroup(api, inputs.securityGroupId ?? inputs.securityGroup);
    if (group === undefined) throw new Error("the security group of the rule was not found");
    const body = await ruleBody(api, inputs);
    const path = `/security-group/${textOf(group.id)}`;
    const before = new Set(rulesOf(await api.get(path)).map(({ id }) => id));
    await api.operate("POST", `${path}/rules`, body);
    // The older client hopes that the first new rule of this direction and protocol is its own: of
    // two that are made at once in one group, both may take the same.
    const made = rulesOf(await api.get(path)).find(
      (rule) =>
        !before.has(rule.id) &&
        rule.protocol === body.protocol &&
        rule["flow-direction"] === body["flow-direction"],
    );
    if (made === undefined) throw new Error("unable to find the rule that was made");
    return { id: textOf(made.id) };
  },
  async read(api, id, state) {
    const group = await foundGroup(api, state.securityGroupId ?? state.securityGroup);
    const rule = group && rulesOf(group).find((one) => one.id === id);
    if (group === undefined || rule === undefined) return undefined;
    return { ...state, ...(await ruleState(api, group, rule)) };
  },
  async remove(api, id, state) {
    const group = await foundGroup(api, state.securityGroupId ?? state.securityGroup);
    if (group === undefined) throw new Error("the security group of the rule was not found");
    await api.operate("DELETE", `/security-group/${textOf(group.id)}/rules/${id}`);
  },
};

const rulesOf = (group: Fields): readonly Fields[] => objectsOf(group.rules);

/** The older client lists all groups to find one by its id or name, then reads it. */
async function foundGroup(api: Api, wanted: unknown): Promise<Fields | undefined> {
  const { "security-groups": groups } = await api.get("/security-group");
  const found = objectsOf(groups).find(({ id, name }) => id === wanted || name === wanted);
  return found && (await api.get(`/security-group/${textOf(found.id)}`).catch(absent));
}

async function ruleBody(api: Api, inputs: Fields): Promise<Fields> {
  const protocol = textOf(inputs.protocol ?? "TCP").toLowerCase();
  const other = inputs.userSecurityGroupId ?? inputs.userSecurityGroup;
  if (!inputs.cidr && !other) throw new Error("either cidr or a user security group is needed");
  const group = inputs.cidr ? undefined : await foundGroup(api, other);
  if (!inputs.cidr && group === undefined)
    throw new Error("unable to retrieve Security Group: it was not found");
  const { icmpType: type = 0, icmpCode: code = 0 } = inputs;
  return {
    ...given({
      "flow-direction": textOf(inputs.type).toLowerCase(),
      protocol,
      description: inputs.description,
      "start-port": inputs.startPort,
      "end-port": inputs.endPort,
      network: inputs.cidr,
      "security-group": group && { id: group.id },
    }),
    ...(protocol.startsWith("icmp") && { icmp: { type, code } }),
  };
}

async function ruleState(api: Api, group: Fields, rule: Fields): Promise<Fields> {
  const icmp = rule.icmp as Fields | undefined;
  const other = rule["security-group"] as Fields | undefined;
  const user = other && (await api.get(`/security-group/${textOf(other.id)}`));
  return {
    description: rule.description ?? "",
    type: textOf(rule["flow-direction"]).toUpperCase(),
    protocol: textOf(rule.protocol).toUpperCase().replace("V6", "v6"),
    securityGroupId: group.id,
    securityGroup: group.name,
    ...given({ startPort: rule["start-port"], endPort: rule["end-port"], cidr: rule.network }),
    ...(icmp && { icmpType: icmp.type, icmpCode: icmp.code }),
    publicSecurityGroup: "",
    userSecurityGroup: "",
    ...(user && { userSecurityGroupId: user.id, userSecurityGroup: user.name }),
  };
}

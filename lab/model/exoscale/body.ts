/** Objects as the API shows them. What is not set is left out, as the API does. */
import type { Json } from "./request.ts";
import type {
  ApiKey,
  ElasticIp,
  Group,
  IamRole,
  InstanceType,
  Rule,
  SecurityGroup,
  SshKey,
  Template,
  World,
} from "./world.ts";

/** Without the fields that have no value. */
export const present = (fields: Json): Json =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

export const elasticIpBody = (address: ElasticIp): Json =>
  present({
    id: address.id,
    ip: address.ip,
    addressfamily: address.family,
    cidr: address.family === "inet6" ? `${address.ip}/96` : undefined,
    description: address.description,
    healthcheck: address.healthcheck && { ...checkDefaults, ...address.healthcheck },
    labels: address.labels,
  });

/** Source: the API document's defaults. */
const checkDefaults = { interval: 10, timeout: 2, "strikes-ok": 2, "strikes-fail": 3 };

export const groupBody = ({ id, name, description }: Group): Json => ({ id, name, description });

export const securityGroupBody = (world: World, group: SecurityGroup): Json => ({
  ...groupBody(group),
  "external-sources": group.externalSources ?? [],
  rules: (group.rules ?? []).map((rule) => ruleBody(world, rule)),
});

const ruleBody = (world: World, rule: Rule): Json =>
  present({
    id: rule.id,
    "flow-direction": rule.flow,
    protocol: rule.protocol,
    "start-port": rule.startPort,
    "end-port": rule.endPort,
    icmp: rule.icmp,
    description: rule.description,
    network: rule.network,
    "security-group": rule.group && {
      id: rule.group,
      name: world.securityGroups[rule.group]?.name,
      visibility: "private",
    },
  });

/** The public key is not shown again. */
export const sshKeyBody = ({ name, fingerprint }: SshKey): Json => ({ name, fingerprint });

export const templateBody = ({ zone }: World, template: Template): Json => ({
  id: template.id,
  name: template.name,
  visibility: template.visibility,
  family: template.family,
  version: template.version,
  build: template.createdAt.slice(0, 10),
  "default-user": template.defaultUser,
  "created-at": template.createdAt,
  size: 10 * 2 ** 30,
  "boot-mode": "uefi",
  "ssh-key-enabled": true,
  "password-enabled": true,
  zones: [zone],
});

export const instanceTypeBody = ({ zone }: World, type: InstanceType): Json => ({
  id: type.id,
  family: type.family,
  size: type.size,
  cpus: type.cpus,
  memory: type.memoryBytes,
  authorized: true,
  zones: [zone],
});

export const roleBody = (role: IamRole): Json =>
  present({
    id: role.id,
    name: role.name,
    description: role.description,
    editable: role.isEditable,
    labels: role.labels,
    permissions: role.permissions,
    policy: role.policy,
  });

/** The secret is shown once, by the call that makes the key. */
export const apiKeyBody = ({ key, name, role }: ApiKey): Json => ({ key, name, "role-id": role });

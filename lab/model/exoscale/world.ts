/**
 * What exists in one zone and its organisation. A world is never altered: each change gives a new
 * one, so that earlier worlds stay to be shown to a read that lags.
 */

export type InstanceState =
  | "starting"
  | "running"
  | "stopping"
  | "stopped"
  | "migrating"
  | "error"
  | "expunging"
  | "destroying"
  | "destroyed";

type Labels = Readonly<Record<string, string>>;

export type Instance = {
  readonly id: string;
  readonly name: string;
  readonly state: InstanceState;
  /** Absent in a private instance. */
  readonly publicIp?: string;
  readonly ipv6Address?: string;
  readonly labels: Labels;
  /** Ids of groups. */
  readonly securityGroups: readonly string[];
  readonly antiAffinityGroups: readonly string[];
  /** Ids of the elastic IPs attached; one address may be attached to several instances. */
  readonly elasticIps: readonly string[];
  readonly createdAt: string;
  readonly make?: Make;
  readonly privateNetworks?: readonly PrivateLink[];
  readonly isProtected?: boolean;
  readonly reverseDns?: string;
};

/** What an instance was made of; a world that is only about addresses leaves it out. */
export type Make = {
  readonly template: string;
  readonly instanceType: string;
  readonly diskSizeGib: number;
  /** As it travels: base64. */
  readonly userData?: string;
  readonly sshKeys: readonly string[];
  readonly macAddress: string;
  readonly publicIpAssignment: "inet4" | "dual" | "none";
  readonly isSecureBoot: boolean;
  readonly hasTpm: boolean;
};

/** A leg in a private network; its address is there where the network leases it. */
export type PrivateLink = {
  readonly network: string;
  readonly macAddress: string;
  readonly ip?: string;
};

export type ElasticIp = {
  readonly id: string;
  readonly ip: string;
  readonly family: "inet4" | "inet6";
  readonly description: string;
  readonly labels: Labels;
  /** In the API's own JSON: the model moves no address by it. */
  readonly healthcheck?: Readonly<Record<string, unknown>>;
  readonly reverseDns?: string;
};

export type Group = { readonly id: string; readonly name: string; readonly description: string };

export type SecurityGroup = Group & {
  readonly rules?: readonly Rule[];
  readonly externalSources?: readonly string[];
};

export type Protocol = "tcp" | "udp" | "icmp" | "icmpv6" | "esp" | "ah" | "gre" | "ipip";

export type Rule = {
  readonly id: string;
  readonly flow: "ingress" | "egress";
  readonly protocol: Protocol;
  readonly startPort?: number;
  readonly endPort?: number;
  readonly icmp?: { readonly type: number; readonly code: number };
  readonly description?: string;
  /** CIDR of the other side; or the id of the group that it is in. */
  readonly network?: string;
  readonly group?: string;
};

export type SshKey = {
  readonly name: string;
  readonly fingerprint: string;
  readonly publicKey: string;
};

export type PrivateNetwork = {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly labels: Labels;
  /** The network leases addresses when all three are set. */
  readonly netmask?: string;
  readonly startIp?: string;
  readonly endIp?: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly vni: number;
};

export type Template = {
  readonly id: string;
  readonly name: string;
  readonly visibility: "public" | "private";
  readonly family: string;
  readonly version: string;
  readonly defaultUser: string;
  readonly createdAt: string;
};

export type InstanceType = {
  readonly id: string;
  readonly family: string;
  readonly size: string;
  readonly cpus: number;
  readonly memoryBytes: number;
};

export type Policy = {
  readonly "default-service-strategy": "allow" | "deny";
  readonly services: Readonly<Record<string, ServicePolicy>>;
};

export type ServicePolicy = {
  readonly type?: "allow" | "deny" | "rules";
  readonly rules?: readonly { readonly action?: "allow" | "deny"; readonly expression?: string }[];
};

export type IamRole = {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly isEditable: boolean;
  readonly labels: Labels;
  readonly permissions: readonly string[];
  readonly policy: Policy;
};

export type ApiKey = {
  readonly key: string;
  readonly name: string;
  readonly role: string;
  /** The cloud tells it once, and has to know it to check signatures. */
  readonly secret: string;
};

type ById<T> = Readonly<Record<string, T>>;

/** All there is, by id; SSH keys by name and API keys by key, as the API names them. */
export type Tables = {
  readonly instances: ById<Instance>;
  readonly elasticIps: ById<ElasticIp>;
  readonly securityGroups: ById<SecurityGroup>;
  readonly antiAffinityGroups: ById<Group>;
  readonly sshKeys: ById<SshKey>;
  readonly privateNetworks: ById<PrivateNetwork>;
  readonly templates: ById<Template>;
  readonly instanceTypes: ById<InstanceType>;
  readonly iamRoles: ById<IamRole>;
  readonly apiKeys: ById<ApiKey>;
};

export type World = Tables & {
  readonly zone: string;
  /** What `GET /zone` names as the zone's own base, with `/v2`. */
  readonly apiEndpoint: string;
};

/** A world to begin with; tables that are left out are empty. */
export type Seed = Pick<World, "zone" | "apiEndpoint"> & Partial<Tables>;

const noTables: Tables = {
  instances: {},
  elasticIps: {},
  securityGroups: {},
  antiAffinityGroups: {},
  sshKeys: {},
  privateNetworks: {},
  templates: {},
  instanceTypes: {},
  iamRoles: {},
  apiKeys: {},
};

export const worldOf = (seed: Seed): World => ({ ...noTables, ...seed });

/** The instances that traffic to the address is spread over now, dead ones too: the truth. */
export function holdersIn(world: World, elasticIp: string): readonly string[] {
  return Object.values(world.instances)
    .filter((instance) => instance.elasticIps.includes(elasticIp))
    .map((instance) => instance.id);
}

/**
 * The Exoscale provider's resources and functions, as far as a stack needs them. Its SDK is not in
 * every npm registry, so these are thin classes with the same names and tokens; the SDK can take
 * this file's place. `test/infra/exoscale-resources.test.ts` holds each property against the
 * provider's own schema.
 */
import * as pulumi from "@pulumi/pulumi";

/** The provider's release: the engine fetches it from where it is published. */
export const provider = {
  version: "0.66.1",
  pluginDownloadURL: "github://api.github.com/pulumiverse/pulumi-exoscale",
} as const;

/** The same data with an input in each place. */
type Inputs<Data> = { readonly [Key in keyof Data]: InputOf<Data[Key]> };
type InputOf<Value> = [Value] extends [readonly (infer Item)[] | undefined]
  ? pulumi.Input<readonly InputOf<Item>[]>
  : [Value] extends [object | undefined]
    ? pulumi.Input<Inputs<NonNullable<Value>>>
    : pulumi.Input<Value>;

type Labels = Readonly<Record<string, string>>;
type Options = pulumi.CustomResourceOptions;

/** What every resource here has in common. */
abstract class Resource extends pulumi.CustomResource {
  /** @param outputs properties that only the cloud knows: an SDK must name them to receive them */
  constructor(
    kind: string,
    name: string,
    args: pulumi.Inputs,
    outputs: readonly string[],
    options: Options = {},
  ) {
    const token = `exoscale:index/${kind}:${kind.replace(/^./, (letter) => letter.toUpperCase())}`;
    const unknown = Object.fromEntries(outputs.map((output) => [output, undefined]));
    super(token, name, { ...unknown, ...args }, pulumi.mergeOptions(provider, options));
  }
}

export type AntiAffinityGroupData = { readonly description?: string; readonly name?: string };

export class AntiAffinityGroup extends Resource {
  declare readonly description: pulumi.Output<string | undefined>;
  declare readonly name: pulumi.Output<string>;

  constructor(name: string, args: Inputs<AntiAffinityGroupData>, options?: Options) {
    super("antiAffinityGroup", name, args, ["description", "name"], options);
  }
}

export type ComputeInstanceNetworkInterface = {
  readonly ipAddress?: string;
  readonly macAddress?: string;
  readonly networkId: string;
};

export type ComputeInstanceData = {
  readonly antiAffinityGroupIds?: readonly string[];
  readonly blockStorageVolumeIds?: readonly string[];
  readonly deployTargetId?: string;
  readonly destroyProtected?: boolean;
  readonly diskSize: number;
  readonly elasticIpIds?: readonly string[];
  readonly enableSecureBoot?: boolean;
  readonly enableTpm?: boolean;
  readonly ipv6?: boolean;
  readonly labels?: Labels;
  readonly name?: string;
  readonly networkInterfaces?: readonly ComputeInstanceNetworkInterface[];
  readonly private?: boolean;
  readonly reverseDns?: string;
  readonly securityGroupIds?: readonly string[];
  readonly sshKey?: string;
  readonly sshKeys?: readonly string[];
  readonly state?: string;
  readonly templateId: string;
  readonly type: string;
  readonly userData?: string;
  readonly zone: string;
};

const instanceOutputs = [
  "createdAt",
  "elasticIpIds",
  "ipv6Address",
  "macAddress",
  "name",
  "privateNetworkIds",
  "publicIpAddress",
  "state",
];

export class ComputeInstance extends Resource {
  declare readonly antiAffinityGroupIds: pulumi.Output<readonly string[] | undefined>;
  declare readonly blockStorageVolumeIds: pulumi.Output<readonly string[] | undefined>;
  declare readonly createdAt: pulumi.Output<string>;
  declare readonly deployTargetId: pulumi.Output<string | undefined>;
  declare readonly destroyProtected: pulumi.Output<boolean | undefined>;
  declare readonly diskSize: pulumi.Output<number>;
  declare readonly elasticIpIds: pulumi.Output<readonly string[] | undefined>;
  declare readonly enableSecureBoot: pulumi.Output<boolean | undefined>;
  declare readonly enableTpm: pulumi.Output<boolean | undefined>;
  declare readonly ipv6: pulumi.Output<boolean | undefined>;
  declare readonly ipv6Address: pulumi.Output<string>;
  declare readonly labels: pulumi.Output<Labels | undefined>;
  declare readonly macAddress: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly networkInterfaces: pulumi.Output<
    readonly ComputeInstanceNetworkInterface[] | undefined
  >;
  declare readonly private: pulumi.Output<boolean | undefined>;
  declare readonly privateNetworkIds: pulumi.Output<readonly string[]>;
  declare readonly publicIpAddress: pulumi.Output<string>;
  declare readonly reverseDns: pulumi.Output<string | undefined>;
  declare readonly securityGroupIds: pulumi.Output<readonly string[] | undefined>;
  declare readonly sshKey: pulumi.Output<string | undefined>;
  declare readonly sshKeys: pulumi.Output<readonly string[] | undefined>;
  declare readonly state: pulumi.Output<string>;
  declare readonly templateId: pulumi.Output<string>;
  declare readonly type: pulumi.Output<string>;
  declare readonly userData: pulumi.Output<string | undefined>;
  declare readonly zone: pulumi.Output<string>;

  constructor(name: string, args: Inputs<ComputeInstanceData>, options?: Options) {
    super("computeInstance", name, args, instanceOutputs, options);
  }
}

export type ElasticIpHealthcheck = {
  readonly interval?: number;
  readonly mode: string;
  readonly port: number;
  readonly strikesFail?: number;
  readonly strikesOk?: number;
  readonly timeout?: number;
  readonly tlsSkipVerify?: boolean;
  readonly tlsSni?: string;
  readonly uri?: string;
};

export type ElasticIpData = {
  readonly addressFamily?: string;
  readonly description?: string;
  readonly healthcheck?: ElasticIpHealthcheck;
  readonly labels?: Labels;
  readonly reverseDns?: string;
  readonly zone: string;
};

const elasticIpOutputs = ["addressFamily", "cidr", "description", "healthcheck", "ipAddress"];

export class ElasticIp extends Resource {
  declare readonly addressFamily: pulumi.Output<string>;
  declare readonly cidr: pulumi.Output<string>;
  declare readonly description: pulumi.Output<string>;
  declare readonly healthcheck: pulumi.Output<ElasticIpHealthcheck>;
  declare readonly ipAddress: pulumi.Output<string>;
  declare readonly labels: pulumi.Output<Labels | undefined>;
  declare readonly reverseDns: pulumi.Output<string | undefined>;
  declare readonly zone: pulumi.Output<string>;

  constructor(name: string, args: Inputs<ElasticIpData>, options?: Options) {
    super("elasticIp", name, args, elasticIpOutputs, options);
  }
}

export type IamApiKeyTimeouts = { readonly read?: string };

export type IamApiKeyData = {
  readonly name?: string;
  readonly roleId: string;
  readonly timeouts?: IamApiKeyTimeouts;
};

export class IamApiKey extends Resource {
  declare readonly key: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly roleId: pulumi.Output<string>;
  declare readonly secret: pulumi.Output<string>;
  declare readonly timeouts: pulumi.Output<IamApiKeyTimeouts | undefined>;

  constructor(name: string, args: Inputs<IamApiKeyData>, options: Options = {}) {
    const secrets = pulumi.mergeOptions(options, { additionalSecretOutputs: ["secret"] });
    super("iamApiKey", name, args, ["key", "name", "secret"], secrets);
  }
}

export type IamRolePolicyServicesRule = {
  readonly action?: string;
  readonly expression?: string;
  readonly resources?: readonly string[];
};

export type IamRolePolicyServices = {
  readonly rules?: readonly IamRolePolicyServicesRule[];
  readonly type?: string;
};

export type IamRolePolicy = {
  readonly defaultServiceStrategy?: string;
  readonly services?: Readonly<Record<string, IamRolePolicyServices>>;
};

export type IamRoleTimeouts = { readonly read?: string };

export type IamRoleData = {
  readonly description?: string;
  readonly editable?: boolean;
  readonly labels?: Labels;
  readonly name?: string;
  readonly permissions?: readonly string[];
  readonly policy?: IamRolePolicy;
  readonly timeouts?: IamRoleTimeouts;
};

const roleOutputs = ["description", "editable", "labels", "name", "permissions", "policy"];

export class IamRole extends Resource {
  declare readonly description: pulumi.Output<string>;
  declare readonly editable: pulumi.Output<boolean>;
  declare readonly labels: pulumi.Output<Labels>;
  declare readonly name: pulumi.Output<string>;
  declare readonly permissions: pulumi.Output<readonly string[]>;
  declare readonly policy: pulumi.Output<IamRolePolicy>;
  declare readonly timeouts: pulumi.Output<IamRoleTimeouts | undefined>;

  constructor(name: string, args: Inputs<IamRoleData>, options?: Options) {
    super("iamRole", name, args, roleOutputs, options);
  }
}

export type PrivateNetworkData = {
  readonly description?: string;
  readonly endIp?: string;
  readonly labels?: Labels;
  readonly name?: string;
  readonly netmask?: string;
  readonly startIp?: string;
  readonly zone: string;
};

export class PrivateNetwork extends Resource {
  declare readonly description: pulumi.Output<string | undefined>;
  declare readonly endIp: pulumi.Output<string | undefined>;
  declare readonly labels: pulumi.Output<Labels | undefined>;
  declare readonly name: pulumi.Output<string>;
  declare readonly netmask: pulumi.Output<string | undefined>;
  declare readonly startIp: pulumi.Output<string | undefined>;
  declare readonly zone: pulumi.Output<string>;

  constructor(name: string, args: Inputs<PrivateNetworkData>, options?: Options) {
    super("privateNetwork", name, args, ["name"], options);
  }
}

export type SecurityGroupData = {
  readonly description?: string;
  readonly externalSources?: readonly string[];
  readonly name?: string;
};

export class SecurityGroup extends Resource {
  declare readonly description: pulumi.Output<string | undefined>;
  declare readonly externalSources: pulumi.Output<readonly string[] | undefined>;
  declare readonly name: pulumi.Output<string>;

  constructor(name: string, args: Inputs<SecurityGroupData>, options?: Options) {
    super("securityGroup", name, args, ["name"], options);
  }
}

export type SecurityGroupRuleData = {
  readonly cidr?: string;
  readonly description?: string;
  readonly endPort?: number;
  readonly icmpCode?: number;
  readonly icmpType?: number;
  readonly protocol?: string;
  readonly publicSecurityGroup?: string;
  readonly securityGroup?: string;
  readonly securityGroupId?: string;
  readonly startPort?: number;
  readonly type: string;
  readonly userSecurityGroup?: string;
  readonly userSecurityGroupId?: string;
};

const ruleOutputs = [
  "publicSecurityGroup",
  "securityGroup",
  "securityGroupId",
  "userSecurityGroup",
];

export class SecurityGroupRule extends Resource {
  declare readonly cidr: pulumi.Output<string | undefined>;
  declare readonly description: pulumi.Output<string | undefined>;
  declare readonly endPort: pulumi.Output<number | undefined>;
  declare readonly icmpCode: pulumi.Output<number | undefined>;
  declare readonly icmpType: pulumi.Output<number | undefined>;
  declare readonly protocol: pulumi.Output<string | undefined>;
  declare readonly publicSecurityGroup: pulumi.Output<string>;
  declare readonly securityGroup: pulumi.Output<string>;
  declare readonly securityGroupId: pulumi.Output<string>;
  declare readonly startPort: pulumi.Output<number | undefined>;
  declare readonly type: pulumi.Output<string>;
  declare readonly userSecurityGroup: pulumi.Output<string>;
  declare readonly userSecurityGroupId: pulumi.Output<string | undefined>;

  constructor(name: string, args: Inputs<SecurityGroupRuleData>, options?: Options) {
    super("securityGroupRule", name, args, ruleOutputs, options);
  }
}

export type SshKeyData = { readonly name?: string; readonly publicKey: string };

export class SshKey extends Resource {
  declare readonly fingerprint: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly publicKey: pulumi.Output<string>;

  constructor(name: string, args: Inputs<SshKeyData>, options?: Options) {
    super("sshKey", name, args, ["fingerprint", "name"], options);
  }
}

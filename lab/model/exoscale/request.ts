/** Requests to the cloud and its answers, as data; calls have the API document's operationIds. */
import type { ElasticIp, Make, Policy, PrivateNetwork, Rule } from "./world.ts";

export type Read =
  | { readonly call: ListCall }
  | { readonly call: GetCall; readonly id: string }
  | { readonly call: "list-instances"; readonly filter: InstanceFilter }
  | { readonly call: "list-templates"; readonly filter: TemplateFilter };

type ListCall =
  | "list-zones"
  | "list-elastic-ips"
  | "list-security-groups"
  | "list-anti-affinity-groups"
  | "list-private-networks"
  | "list-ssh-keys"
  | "list-instance-types"
  | "list-quotas"
  | "list-iam-roles"
  | "list-api-keys";

type GetCall =
  | "get-elastic-ip"
  | "get-instance"
  | "get-security-group"
  | "get-anti-affinity-group"
  | "get-private-network"
  | "get-ssh-key"
  | "get-instance-type"
  | "get-template"
  | "get-iam-role"
  | "get-api-key"
  | "get-reverse-dns-instance"
  | "get-reverse-dns-elastic-ip"
  | "get-operation";

/** What the agent does, and a person who tests it. */
export type Move =
  | {
      readonly call: "attach-instance-to-elastic-ip" | "detach-instance-from-elastic-ip";
      readonly elasticIp: string;
      readonly instance: string;
    }
  | { readonly call: "start-instance" | "stop-instance"; readonly instance: string };

/** What the provider does to one instance. */
export type InstanceCall =
  | { readonly call: "create-instance"; readonly given: NewInstance }
  | { readonly call: "update-instance"; readonly instance: string; readonly given: InstanceUpdate }
  | {
      readonly call:
        | "delete-instance"
        | "reboot-instance"
        | "add-instance-protection"
        | "remove-instance-protection"
        | "delete-reverse-dns-instance";
      readonly instance: string;
    }
  | {
      readonly call: "scale-instance";
      readonly instance: string;
      readonly instanceType: string;
    }
  | {
      readonly call: "resize-instance-disk";
      readonly instance: string;
      readonly diskSizeGib: number;
    }
  | {
      readonly call: "update-reverse-dns-instance";
      readonly instance: string;
      readonly domainName: string;
    }
  | {
      readonly call: "attach-instance-to-security-group" | "detach-instance-from-security-group";
      readonly securityGroup: string;
      readonly instance: string;
    }
  | {
      readonly call: "attach-instance-to-private-network" | "update-private-network-instance-ip";
      readonly network: string;
      readonly instance: string;
      readonly ip?: string;
    }
  | {
      readonly call: "detach-instance-from-private-network";
      readonly network: string;
      readonly instance: string;
    };

/** What the provider does to all that is no instance. */
export type ObjectCall =
  | { readonly call: "create-elastic-ip"; readonly given: ElasticIpGiven }
  | { readonly call: "update-elastic-ip"; readonly elasticIp: string; readonly given: ElasticIpSet }
  | {
      readonly call: "delete-elastic-ip" | "delete-reverse-dns-elastic-ip";
      readonly elasticIp: string;
    }
  | {
      readonly call: "update-reverse-dns-elastic-ip";
      readonly elasticIp: string;
      readonly domainName: string;
    }
  | { readonly call: "create-security-group"; readonly given: Named }
  | { readonly call: "create-anti-affinity-group"; readonly given: Named }
  | { readonly call: "delete-security-group"; readonly securityGroup: string }
  | { readonly call: "delete-anti-affinity-group"; readonly antiAffinityGroup: string }
  | {
      readonly call: "add-rule-to-security-group";
      readonly securityGroup: string;
      readonly rule: Omit<Rule, "id">;
    }
  | {
      readonly call: "delete-rule-from-security-group";
      readonly securityGroup: string;
      readonly rule: string;
    }
  | {
      readonly call:
        | "add-external-source-to-security-group"
        | "remove-external-source-from-security-group";
      readonly securityGroup: string;
      readonly cidr: string;
    }
  | {
      readonly call: "register-ssh-key";
      readonly name: string;
      readonly publicKey: string;
      /** MD5 of the key: the face's to compute. */
      readonly fingerprint: string;
    }
  | { readonly call: "delete-ssh-key"; readonly name: string }
  | { readonly call: "create-private-network"; readonly given: NetworkGiven & Named }
  | {
      readonly call: "update-private-network";
      readonly network: string;
      readonly given: NetworkGiven & Partial<Named>;
    }
  | { readonly call: "delete-private-network"; readonly network: string };

/** What the provider does to who may do what. */
export type IamCall =
  | { readonly call: "create-iam-role"; readonly given: RoleGiven & { readonly name: string } }
  | { readonly call: "update-iam-role"; readonly role: string; readonly given: RoleSet }
  | { readonly call: "update-iam-role-policy"; readonly role: string; readonly policy: Policy }
  | { readonly call: "delete-iam-role"; readonly role: string }
  | { readonly call: "create-api-key"; readonly role: string; readonly name: string }
  | { readonly call: "delete-api-key"; readonly key: string };

export type Named = { readonly name: string; readonly description?: string };
type Labels = Readonly<Record<string, string>>;

export type NewInstance = Pick<Make, "template" | "instanceType" | "diskSizeGib"> &
  Partial<Pick<Make, "userData" | "sshKeys" | "publicIpAssignment" | "isSecureBoot" | "hasTpm">> & {
    readonly name?: string;
    readonly labels?: Labels;
    readonly securityGroups?: readonly string[];
    readonly antiAffinityGroups?: readonly string[];
    /** Started when it is made; absent: yes. */
    readonly starts?: boolean;
  };

export type InstanceUpdate = {
  readonly name?: string;
  readonly userData?: string;
  readonly labels?: Labels;
  readonly publicIpAssignment?: Make["publicIpAssignment"];
};

export type ElasticIpSet = Partial<Pick<ElasticIp, "description" | "labels" | "healthcheck">>;
export type ElasticIpGiven = ElasticIpSet & { readonly family?: ElasticIp["family"] };
export type NetworkGiven = Partial<Omit<PrivateNetwork, "id" | "name" | "vni">>;
export type RoleSet = {
  readonly description?: string;
  readonly labels?: Labels;
  readonly permissions?: readonly string[];
};
export type RoleGiven = RoleSet & { readonly isEditable?: boolean; readonly policy?: Policy };

export type Mutation = Move | InstanceCall | ObjectCall | IamCall;

export type InstanceFilter = {
  /** The instance's own public address; whether an elastic IP matches is not documented. */
  readonly ipAddress?: string;
  readonly labels?: Labels;
  /** Instances of a pool; the model has none, so any value leaves nothing. */
  readonly managerType?: string;
  readonly managerId?: string;
};

export type TemplateFilter = { readonly visibility?: string; readonly family?: string };

export type Action = Read | Mutation;
export type Call = Action["call"];

/** The HMAC is the face's to check; its result comes with the request. */
export type Credential =
  | { readonly kind: "signed"; readonly key: string; readonly expiresS: number }
  | { readonly kind: "none" }
  | { readonly kind: "bad"; readonly why: string };

export type Request = {
  /** Chosen by the caller; the answer carries it. */
  readonly id: string;
  /** The node it comes from, for faults that concern only some. */
  readonly from: string;
  readonly credential: Credential;
  readonly action: Action;
  /** The fields of the query and the body as they came: policies may look at them. */
  readonly parameters?: Json;
  readonly sourceIp?: string;
  /** The operation's own name where it came by the older API, which is a service by itself. */
  readonly legacy?: string;
  /** The base that the request came by, with `/v2`: zones are told with the same. */
  readonly endpoint?: string;
};

/** What reaches the caller. A request that hangs has no answer at all. */
export type Delivery =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly body: Json;
      readonly retryAfterS?: number;
    }
  /** Nothing was ever received by the cloud: the connection fails. */
  | { readonly kind: "unreachable" }
  /** The connection breaks in the middle of the body. */
  | { readonly kind: "cut"; readonly status: number; readonly body: Json }
  /** Status 200 and a body that is not JSON. */
  | { readonly kind: "malformed" };

export type Answer = {
  readonly id: string;
  readonly atMs: number;
  /** The server's clock, for the Date header. */
  readonly dateMs: number;
  readonly delivery: Delivery;
};

export type Json = Readonly<Record<string, unknown>>;

export const isMutation = (action: Action): action is Mutation =>
  !action.call.startsWith("get-") && !action.call.startsWith("list-");

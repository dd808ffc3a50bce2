/** Requests to the cloud and its answers, as data; calls have the API document's operationIds. */

export type Read =
  | { readonly call: "list-zones" | "list-elastic-ips" | "list-security-groups" }
  | {
      readonly call:
        | "get-elastic-ip"
        | "get-instance"
        | "get-security-group"
        | "get-anti-affinity-group"
        | "get-operation";
      readonly id: string;
    }
  | { readonly call: "list-instances"; readonly filter: InstanceFilter };

export type Mutation =
  | {
      readonly call: "attach-instance-to-elastic-ip" | "detach-instance-from-elastic-ip";
      readonly elasticIp: string;
      readonly instance: string;
    }
  | { readonly call: "start-instance" | "stop-instance"; readonly instance: string };

export type InstanceFilter = {
  /** The instance's own public address; whether an elastic IP matches is not documented. */
  readonly ipAddress?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Instances of a pool; the model has none, so any value leaves nothing. */
  readonly managerType?: string;
  readonly managerId?: string;
};

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
  action.call === "attach-instance-to-elastic-ip" ||
  action.call === "detach-instance-from-elastic-ip" ||
  action.call === "start-instance" ||
  action.call === "stop-instance";

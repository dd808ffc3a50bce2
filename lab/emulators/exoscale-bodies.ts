/**
 * What a request's body must be, as far as the emulated calls read it. Source: the API's own
 * document, which the tests hold every request and answer against.
 */
import { createHash } from "node:crypto";
import { z } from "zod";

const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const name = z.string().min(1).max(255);
const description = z.string().max(255).exactOptional();
const labels = z.record(z.string(), z.string()).exactOptional();
const ipv4 = z.ipv4().exactOptional();
const reference = z.object({ id: uuid });
const port = z.int().min(1).max(65535).exactOptional();
const icmpPart = z.int().min(-1).max(254).nullish();
const diskSize = z.int().min(10).max(51200);
const userData = z.string().min(1).max(32768).exactOptional();
const assignment = z.enum(["inet4", "dual", "none"]).exactOptional();
const healthcheck = z.record(z.string(), z.unknown()).exactOptional();

/** The fields that have a value, by the names that the model gives them. */
type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

const present = <T extends object>(fields: T): Present<T> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Present<T>;

const ids = (list: readonly { readonly id: string }[] | undefined) => list?.map(({ id }) => id);

export const named = z.object({ name, description });

export const newInstance = z
  .object({
    "instance-type": reference,
    template: reference,
    "disk-size": diskSize,
    name: name.exactOptional(),
    labels,
    "user-data": userData,
    "public-ip-assignment": assignment,
    "ipv6-enabled": z.boolean().exactOptional(),
    "security-groups": z.array(reference).exactOptional(),
    "anti-affinity-groups": z.array(reference).exactOptional(),
    "ssh-key": z.object({ name }).exactOptional(),
    "ssh-keys": z.array(z.object({ name })).exactOptional(),
    "auto-start": z.boolean().exactOptional(),
    "secureboot-enabled": z.boolean().exactOptional(),
    "tpm-enabled": z.boolean().exactOptional(),
  })
  .transform((body) => {
    const keys = body["ssh-keys"] ?? (body["ssh-key"] ? [body["ssh-key"]] : undefined);
    return present({
      template: body.template.id,
      instanceType: body["instance-type"].id,
      diskSizeGib: body["disk-size"],
      name: body.name,
      labels: body.labels,
      userData: body["user-data"],
      publicIpAssignment:
        body["public-ip-assignment"] ??
        (body["ipv6-enabled"] === true ? ("dual" as const) : undefined),
      securityGroups: ids(body["security-groups"]),
      antiAffinityGroups: ids(body["anti-affinity-groups"]),
      sshKeys: keys?.map((key) => key.name),
      starts: body["auto-start"],
      isSecureBoot: body["secureboot-enabled"],
      hasTpm: body["tpm-enabled"],
    });
  });

export const instanceUpdate = z
  .object({
    name: name.exactOptional(),
    labels: z.record(z.string(), z.string()).nullish(),
    "user-data": userData,
    "public-ip-assignment": assignment,
  })
  .transform((body) =>
    present({
      name: body.name,
      labels: body.labels === null ? {} : body.labels,
      userData: body["user-data"],
      publicIpAssignment: body["public-ip-assignment"],
    }),
  );

export const onInstance = z.object({ instance: reference }).transform((body) => body.instance.id);

export const leg = z
  .object({ instance: reference, ip: ipv4 })
  .transform(({ instance, ip }) => present({ instance: instance.id, ip }));

export const scale = z
  .object({ "instance-type": reference })
  .transform((body) => body["instance-type"].id);

export const resize = z.object({ "disk-size": diskSize }).transform((body) => body["disk-size"]);

export const domain = z
  .object({ "domain-name": z.string().min(1).max(253) })
  .transform((body) => body["domain-name"]);

export const addressUpdate = z.object({ description, labels, healthcheck });

export const newAddress = z
  .object({
    addressfamily: z.enum(["inet4", "inet6"]).exactOptional(),
    description,
    labels,
    healthcheck,
  })
  .transform(({ addressfamily, ...others }) => present({ ...others, family: addressfamily }));

export const rule = z
  .object({
    "flow-direction": z.enum(["ingress", "egress"]),
    // The document also names `all`, which no rule can be made with.
    protocol: z.enum(["tcp", "udp", "icmp", "icmpv6", "esp", "ah", "gre", "ipip"]),
    network: z.union([z.cidrv4(), z.cidrv6()]).exactOptional(),
    "security-group": z
      .object({ id: uuid.exactOptional(), name: name.exactOptional() })
      .exactOptional(),
    "start-port": port,
    "end-port": port,
    icmp: z.object({ type: icmpPart, code: icmpPart }).exactOptional(),
    description,
  })
  .transform((body) =>
    present({
      flow: body["flow-direction"],
      protocol: body.protocol,
      network: body.network,
      group: body["security-group"]?.id,
      startPort: body["start-port"],
      endPort: body["end-port"],
      icmp: body.icmp && { type: body.icmp.type ?? -1, code: body.icmp.code ?? -1 },
      description: body.description,
    }),
  );

export const source = z
  .object({ cidr: z.union([z.cidrv4(), z.cidrv6()]) })
  .transform(({ cidr }) => cidr);

export const sshKey = z
  .object({
    name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,254}$/),
    "public-key": z.string(),
  })
  .transform((body) => ({
    name: body.name,
    publicKey: body["public-key"],
    fingerprint: fingerprintOf(body["public-key"]),
  }));

/** MD5 of the key's bytes in pairs of digits, as the API shows it. */
const fingerprintOf = (publicKey: string): string =>
  createHash("md5")
    .update(Buffer.from(publicKey.split(" ")[1] ?? "", "base64"))
    .digest("hex")
    .replace(/(..)(?=.)/g, "$1:");

const networkFields = {
  description,
  labels,
  netmask: ipv4,
  "start-ip": ipv4,
  "end-ip": ipv4,
  options: z.record(z.string(), z.unknown()).exactOptional(),
};

const asNetwork = <
  T extends { readonly "start-ip"?: string | undefined; readonly "end-ip"?: string | undefined },
>({
  "start-ip": startIp,
  "end-ip": endIp,
  ...others
}: T) => present({ ...others, startIp, endIp });

export const newNetwork = z.object({ name, ...networkFields }).transform(asNetwork);
export const networkUpdate = z
  .object({ name: name.exactOptional(), ...networkFields })
  .transform(asNetwork);

export const policy = z.object({
  "default-service-strategy": z.enum(["allow", "deny"]),
  services: z.record(
    z.string(),
    z.object({
      type: z.enum(["allow", "deny", "rules"]).exactOptional(),
      rules: z
        .array(
          z.object({
            action: z.enum(["allow", "deny"]).exactOptional(),
            expression: z.string().exactOptional(),
          }),
        )
        .exactOptional(),
    }),
  ),
});

const permissions = z
  .array(z.enum(["bypass-governance-retention", "reset-iam-organization-policy"]))
  .exactOptional();
const roleDescription = z.string().min(1).max(255).exactOptional();

export const roleUpdate = z.object({ description: roleDescription, labels, permissions });

export const newRole = z
  .object({
    name: z.string().min(1).max(191),
    description: roleDescription,
    labels,
    permissions,
    editable: z.boolean().exactOptional(),
    policy: policy.exactOptional(),
  })
  .transform(({ editable, ...others }) => present({ ...others, isEditable: editable }));

export const newApiKey = z
  .object({ "role-id": uuid, name })
  .transform((body) => ({ role: body["role-id"], name: body.name }));

const text = z.string().exactOptional();

const query = ({ searchParams }: URL): Record<string, string> => Object.fromEntries(searchParams);

/** The label filter is JSON inside the query. @throws z.ZodError */
export const instanceFilter = (url: URL) =>
  z
    .object({
      "ip-address": text,
      "manager-type": text,
      "manager-id": text,
      labels: z
        .string()
        .transform((labels, problem) => {
          try {
            return z.record(z.string(), z.string()).parse(JSON.parse(labels));
          } catch {
            problem.addIssue("labels are no JSON object of texts");
            return z.NEVER;
          }
        })
        .exactOptional(),
    })
    .transform((fields) =>
      present({
        ipAddress: fields["ip-address"],
        managerType: fields["manager-type"],
        managerId: fields["manager-id"],
        labels: fields.labels,
      }),
    )
    .parse(query(url));

/** @throws z.ZodError */
export const templateFilter = (url: URL) =>
  z
    .object({ visibility: z.enum(["public", "private"]).exactOptional(), family: text })
    .parse(query(url));

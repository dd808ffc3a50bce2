/** What people want to know after an update, from what was made. */
import * as pulumi from "@pulumi/pulumi";
import type { Host, Stack } from "../stack/stack.ts";
import type { Size } from "../user-data/size.ts";
import type { MadeHost } from "./clouds/exoscale.ts";

export type MadeNode = {
  readonly name: string;
  readonly id: string;
  readonly publicIp: string;
  /** Fixed address by private network. */
  readonly ips: Readonly<Record<string, string>>;
};

export const nodesOf = (
  hosts: readonly MadeHost[],
  role: Host["role"],
): pulumi.Output<readonly MadeNode[]> =>
  pulumi.output(
    hosts
      .filter(({ host }) => host.role === role)
      .map(({ host: { name, ips }, instance }) => {
        return { name, id: instance.id, publicIp: instance.publicIpAddress, ips };
      }),
  );

export const sshCommandsOf = (hosts: readonly MadeHost[]) =>
  byName(
    hosts,
    ({ instance, user }) => pulumi.interpolate`ssh ${user}@${instance.publicIpAddress}`,
  );

export const sizesOf = (hosts: readonly MadeHost[]) => byName<Size>(hosts, ({ size }) => size);

function byName<Value>(hosts: readonly MadeHost[], read: (host: MadeHost) => pulumi.Output<Value>) {
  const values = Object.fromEntries(hosts.map((made) => [made.host.name, read(made)]));
  return pulumi.output(values) as unknown as pulumi.Output<Readonly<Record<string, Value>>>;
}

/** A URL for each service: `http://` where it is HTTP and its port is the usual one. */
export const urlsOf = ({ services }: Stack, ip: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    services.map(({ name, port, protocol }) => {
      const host = ip.includes(":") ? `[${ip}]` : ip;
      if (protocol === "tcp") return [name, `tcp://${host}:${port}`];
      return [name, `http://${host}${port === 80 ? "" : `:${port}`}/`];
    }),
  );

/** What a stack file says that the cloud does not know: names of links, of hosts, of downloads. */
import { randomUUID } from "node:crypto";
import { type Address, hostsOf, type Stack } from "../../stack/stack.ts";
import { type Flavour, flavourFor } from "../image/flavour.ts";
import type { ElasticIp, Instance, World } from "../model/exoscale/world.ts";

/** By the template that the instance was made of, which may be another than the stack's system. */
export function flavourOf({ templates }: World, { make }: Instance): Flavour {
  const { family = "", version = "" } = templates[make?.template ?? ""] ?? {};
  return flavourFor(`${family.replace("Linux ", "")}-${version}`);
}

/** The public link as guests see it. */
export const publicLink = ({ networks }: Stack): string =>
  networks.find(({ type }) => type === "public")?.interface ?? "eth0";

/** A private network's link as guests see it; the program names networks STACK-NETWORK. */
export const privateLink = (stack: Stack, networkName: string): string | undefined =>
  stack.networks.find(
    ({ name, type }) => type === "private" && `${stack.name}-${name}` === networkName,
  )?.interface;

/** Names that the lab's resolver serves: the hosts' own, and those that the stack file gives. */
export function namesOf(stack: Stack, world: World): Readonly<Record<string, string>> {
  const wanted = new Map(hostsOf(stack).map((host) => [`${stack.name}-${host.name}`, host]));
  return Object.fromEntries(
    Object.values(world.instances).flatMap(({ name, publicIp }) => {
      if (publicIp === undefined) return [];
      const hostName = wanted.get(name)?.hostName;
      return [[name, publicIp], ...(hostName === undefined ? [] : [[hostName, publicIp]])];
    }),
  );
}

/** Where hosts fetch the agent, when they do. */
export const agentUrl = ({ agent: { delivery } }: Stack): URL | undefined =>
  delivery.by === "url" ? new URL(delivery.url) : undefined;

/** Addresses that the stack file names are its account's already, as at the real cloud. */
export function reserved({ name, addresses }: Stack): Readonly<Record<string, ElasticIp>> {
  const all = addresses.flatMap(({ ip }): readonly ElasticIp[] => {
    if (ip === undefined) return [];
    const family = ip.includes(":") ? "inet6" : "inet4";
    return [{ id: randomUUID(), ip, family, description: `Reserved for ${name}`, labels: {} }];
  });
  return Object.fromEntries(all.map((one) => [one.id, one]));
}

/** An address in the cloud: by its `ip`, or as the program describes what it makes. */
export const elasticIpOf = (
  { name }: Stack,
  { elasticIps }: World,
  address: Address,
): ElasticIp | undefined =>
  Object.values(elasticIps).find(
    ({ ip, description }) => ip === address.ip || description === `${address.name} of ${name}`,
  );

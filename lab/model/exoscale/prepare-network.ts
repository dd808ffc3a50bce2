/** Calls about private networks and the instances in them. */
import { newId, newMac } from "./chance.ts";
import {
  type Circumstances,
  inUse,
  notFound,
  type Prepared,
  type Refusal,
  refusal,
} from "./prepared.ts";
import type { InstanceCall, ObjectCall } from "./request.ts";
import type { PrivateNetwork, World } from "./world.ts";

type Legs = Extract<InstanceCall, { readonly network: string }>;
type Networks =
  | Extract<ObjectCall, { readonly network: string }>
  | Extract<ObjectCall, { readonly call: "create-private-network" }>;

export function prepareNetwork(action: Legs | Networks, around: Circumstances): Prepared | Refusal {
  const { world, random } = around;
  if (action.call === "create-private-network") {
    const id = newId(random);
    const vni = 1 + Math.floor(random() * 16_777_214);
    const as: PrivateNetwork = { labels: {}, ...action.given, id, vni };
    return unfit(as) ?? { reference: reference(id), change: { kind: "make", table, id, as } };
  }
  const network = world.privateNetworks[action.network];
  if (network === undefined) return notFound("Private Network");
  const { id } = network;
  if ("instance" in action) return prepareLeg(action, network, around);
  if (action.call === "delete-private-network") {
    if (linksTo(world, id).length > 0) return inUse("Private Network");
    return { reference: reference(id), change: { kind: "remove", table, id } };
  }
  return (
    unfit({ ...network, ...action.given }) ?? {
      reference: reference(id),
      change: { kind: "set", table, id, to: action.given },
    }
  );
}

const table = "privateNetworks";
const reference = (id: string) => ({ id, kind: "private-network" });

/** Who is in a network, by which address. */
export const linksTo = (world: World, network: string) =>
  Object.values(world.instances).flatMap(({ id, privateNetworks = [] }) =>
    privateNetworks
      .filter((link) => link.network === network)
      .map((link) => ({ instance: id, ...link })),
  );

function prepareLeg(
  action: Legs,
  network: PrivateNetwork,
  { world, random }: Circumstances,
): Prepared | Refusal {
  const instance = world.instances[action.instance];
  if (instance === undefined) return notFound("Instance");
  const present = instance.privateNetworks?.find((link) => link.network === network.id);
  const about = { reference: reference(network.id) };
  if (action.call === "detach-instance-from-private-network") {
    if (present === undefined) return refusal(409, "Instance is not attached to the network");
    return { ...about, change: { kind: "leave", instance: instance.id, network: network.id } };
  }
  if ((present === undefined) !== (action.call === "attach-instance-to-private-network"))
    return refusal(409, `Instance is ${present ? "already" : "not"} attached to the network`);
  const others = linksTo(world, network.id).filter((link) => link.instance !== instance.id);
  const ip = action.ip ?? present?.ip ?? leased(network, new Set(others.map((one) => one.ip)));
  if (action.ip !== undefined && !isLeasable(network, action.ip))
    return refusal(400, `${action.ip} is not an address that the network leases`);
  if (ip !== undefined && others.some((one) => one.ip === ip))
    return refusal(409, `${ip} is leased already`);
  const macAddress = present?.macAddress ?? newMac(random, "0a");
  const link = { network: network.id, macAddress, ...(ip !== undefined && { ip }) };
  return { ...about, change: { kind: "join", instance: instance.id, link } };
}

const numberOf = (ip: string): number =>
  ip.split(".").reduce((number, byte) => number * 256 + Number(byte), 0);

const textOf = (number: number): string =>
  [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join(".");

/** A fixed lease may be anywhere in the subnet, a dynamic one only between start and end. */
function isLeasable({ netmask, startIp }: PrivateNetwork, ip: string): boolean {
  if (netmask === undefined || startIp === undefined) return false;
  const size = 2 ** 32 - numberOf(netmask);
  return Math.floor(numberOf(ip) / size) === Math.floor(numberOf(startIp) / size);
}

function leased(
  { startIp, endIp, netmask }: PrivateNetwork,
  taken: ReadonlySet<string | undefined>,
): string | undefined {
  if (startIp === undefined || endIp === undefined || netmask === undefined) return undefined;
  for (let number = numberOf(startIp); number <= numberOf(endIp); number += 1)
    if (!taken.has(textOf(number))) return textOf(number);
  return undefined;
}

/** All three addresses or none, and in one subnet. */
function unfit(network: PrivateNetwork): Refusal | undefined {
  const { netmask, startIp, endIp } = network;
  const given = [netmask, startIp, endIp].filter((one) => one !== undefined).length;
  if (given === 0) return undefined;
  if (given < 3) return refusal(400, "netmask, start-ip and end-ip go together");
  const fits = isLeasable(network, endIp ?? "") && numberOf(startIp ?? "") <= numberOf(endIp ?? "");
  return fits ? undefined : refusal(400, "start-ip and end-ip are no range of one subnet");
}

/** What every part of a plan reads: the stack, the host, and the inputs that were gathered. */
import type { Address, Host, Node, Stack } from "../stack/stack.ts";
import type { NetworkStack } from "../stack/systems.ts";
import type { Inputs } from "./inputs.ts";
import type { Part } from "./plan.ts";

export type Context<H extends Host = Host> = {
  readonly stack: Stack;
  readonly host: H;
  readonly inputs: Inputs;
};

export type NodeContext = Context<Node>;

/** Makes one piece of a host's plan. */
export type PartMaker<H extends Host = Node> = (context: Context<H>) => Part;

/** The address that the nodes carry: the VIP, or the failover address itself. */
export function carriedIp({ inputs }: Context, { name, ip, vip }: Address): string {
  const carried = vip ?? ip ?? inputs.facts.addresses[name]?.ip;
  if (carried === undefined) throw new Error(`address ${name} was not gathered`);
  return carried;
}

export const carriedIps = (context: Context): string[] =>
  context.stack.addresses.map((address) => carriedIp(context, address));

/** What configures addresses on a host: the user's choice where the system leaves one. */
export function networkStackOf({ stack, host }: Context): NetworkStack {
  const [first] = host.system.networkStacks;
  if (first === undefined) throw new Error(`${host.system.name} has no network stack`);
  const wished = host.role === "node" ? stack.agent.loopback : undefined;
  return wished !== undefined && host.system.networkStacks.includes(wished) ? wished : first;
}

/** Networks whose interface neither the image nor the cloud's own metadata configures. */
export function unconfiguredNetworks({ stack, host }: Context) {
  const { provider } = stack.cloud;
  if (provider === "openstack" || provider === "ovh") return [];
  // OCI's images configure the first card, whatever its network; Exoscale's the public one.
  const rest = provider === "oci" ? stack.networks.slice(1) : stack.networks;
  return rest.flatMap((network) => {
    const ip = Object.hasOwn(host.ips, network.name) ? host.ips[network.name] : undefined;
    return network.type === "private" && ip !== undefined ? [{ ...network, ip }] : [];
  });
}

/** Whether original exoip's way runs the agent: started by ifupdown, configured by its keys. */
export const exoipFace = (context: NodeContext): boolean => {
  const { election } = context.stack;
  const plain = election.method === "heartbeat" && election.wire === "exoip";
  return plain && networkStackOf(context) === "ifupdown";
};

/**
 * CARP on OpenBSD: hostname.if(5) files of the private interfaces, of carp0, and of the interface
 * that has the failover address beside its own.
 */
import { broadcastOf, formatAddress, netmaskOf, parseAddress, parseCidr } from "../../stack/ip.ts";
import { type CarpElection, type PrivateNetwork, privateNetworks } from "../../stack/stack.ts";
import { carriedIp, type NodeContext, type PartMaker } from "../context.ts";
import { hostnameIf } from "../escape.ts";
import { command, file, type HostCommand, type HostFile } from "../plan.ts";
import { priorityOf } from "../priority.ts";
import { carpPassword } from "../secrets.ts";
import { render } from "../template.ts";

/** netstart(8) insists on files that others cannot read. */
const guarded = { owner: "root:wheel", mode: "0640" } as const;

const sysctl = "net.inet.carp.preempt";

export function carpElection({ stack }: NodeContext): CarpElection {
  if (stack.election.method !== "carp") throw new Error("an OpenBSD node without carp");
  return stack.election;
}

/** The private network that carp0 speaks on, with its block. */
export function carpNetwork(context: NodeContext) {
  const { network: name } = carpElection(context);
  const network = privateNetworks(context.stack.networks).find((one) => one.name === name);
  const block = network && parseCidr(network.cidr);
  if (network === undefined || block === undefined) throw new Error(`no private network ${name}`);
  return { network, block };
}

export const carp: PartMaker = (context) => {
  const { preempt } = carpElection(context);
  const setting = `${sysctl}=${preempt ? 1 : 0}`;
  const links = privateNetworks(context.stack.networks).map((one) => linkFile(context, one));
  const files = [...links, carp0File(context)];
  return {
    files: [
      file("/etc/sysctl.conf", `${setting}\n`, "whether a better node takes the address back", {
        owner: "root:wheel",
        write: "append",
      }),
      ...files,
    ],
    commands: [
      command(["sysctl", setting], "whether a better node takes the address back, from now on"),
      ...files.map(netstart),
    ],
  };
};

const netstart = ({ path }: HostFile): HostCommand => {
  const name = path.slice("/etc/hostname.".length);
  // Configuring carp0 again would make it give the address away for a moment.
  return command(["sh", "/etc/netstart", name], `${name} is up now`, { ifChanged: [path] });
};

function linkFile({ host }: NodeContext, network: PrivateNetwork): HostFile {
  const ip = host.ips[network.name];
  const block = parseCidr(network.cidr);
  const ipv6 = ip !== undefined && parseAddress(ip)?.family === "ipv6";
  const text = render("hostname.vio2", hostnameIf, {
    ip: ip ?? "",
    family: ipv6 ? "inet6" : "inet",
    mask: block === undefined ? "" : ipv6 ? String(block.prefix) : netmaskOf(block),
  });
  const why = `the interface on network ${network.name}`;
  return file(`/etc/hostname.${network.interface}`, text, why, guarded);
}

function carp0File(context: NodeContext): HostFile {
  const { stack, host, inputs } = context;
  const { routerId, carpAddress, authPass, intervalMs } = carpElection(context);
  const { network, block } = carpNetwork(context);
  const broadcast = broadcastOf(block);
  // CARP moves all addresses together, so they have one order.
  const rank = stack.addresses[0]?.ranks[host.name] ?? 0;
  const text = render("hostname.carp0", hostnameIf, {
    ip: carpAddress,
    netmask: netmaskOf(block),
    // The options that follow are read by their place, so it cannot be left out.
    broadcast: broadcast === undefined ? "NONE" : formatAddress(broadcast),
    vhid: routerId,
    device: network.interface,
    password:
      authPass === undefined
        ? carpPassword(inputs.text(stack.secret), stack.name)
        : inputs.text(authPass),
    // The kernel's own default is left to it.
    advbase: intervalMs === 1000 ? 0 : intervalMs / 1000,
    advskew: priorityOf(stack, host, rank),
  });
  return file("/etc/hostname.carp0", text, "the election: the kernel's CARP decides", {
    ...guarded,
    secret: true,
  });
}

/** The failover address on both nodes for good: the cloud alone says where it leads. */
export const permanentAliases: PartMaker = (context) => {
  if (carpElection(context).alias !== "permanent") return {};
  const { addresses } = context.stack;
  const groups = Map.groupBy(addresses, (address) => address.interface);
  return {
    files: [...groups].map(([name, carried]) =>
      file(
        `/etc/hostname.${name}`,
        render("hostname-alias", hostnameIf, {
          aliases: carried.map((address) => ({ ip: carriedIp(context, address) })),
        }),
        "the failover address beside the interface's own",
        { ...guarded, write: "append" },
      ),
    ),
    // netstart would run the image's agent again from that file, and that agent empties pf's rules.
    commands: addresses.map((address) => {
      const words = ["inet", "alias", carriedIp(context, address), "netmask", "255.255.255.255"];
      return command(["ifconfig", address.interface, ...words], "the address is there from now on");
    }),
  };
};

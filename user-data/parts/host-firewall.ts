/**
 * OCI's own images ship a packet filter that lets in SSH and nothing else: firewalld on Oracle
 * Linux, iptables with a last rule that rejects on Ubuntu. This opens it, to whom it must be.
 */
import { parseAddress, parseCidr } from "../../stack/ip.ts";
import { type Host, type Node, privateNetworks, type Stack } from "../../stack/stack.ts";
import type { Context, PartMaker } from "../context.ts";
import { shell } from "../escape.ts";
import { command, file, type HostCommand, type Part } from "../plan.ts";
import { render } from "../template.ts";

type Opening = {
  readonly family: "ipv4" | "ipv6";
  readonly from: string;
  readonly protocol: "tcp" | "udp" | "vrrp";
  /** Absent for VRRP, which is a protocol beside TCP and UDP. */
  readonly port?: number;
};

export const hostFirewall: PartMaker<Host> = (context) => {
  if (context.stack.cloud.provider !== "oci") return {};
  return context.host.system.packages === "dnf" ? firewalld(context) : iptables(context);
};

const familyOf = (from: string): Opening["family"] =>
  (parseCidr(from) ?? parseAddress(from))?.family ?? "ipv4";

/** Who may reach what: clients the services, peers the election, load balancers the app servers. */
function openings({ stack, host }: Context): Opening[] {
  const { services, nodes } = stack;
  if (host.role === "app-server") {
    const proxies = [...new Set(nodes.flatMap(({ ips }) => Object.values(ips)))];
    return services.flatMap(({ targetPort: port, from: clients }) =>
      // What a router forwards still bears its client's address.
      (stack.proxy === "none" ? clients : proxies).map(
        (from): Opening => ({ family: familyOf(from), from, protocol: "tcp", port }),
      ),
    );
  }
  const others = nodes.filter(({ name }) => name !== host.name);
  const clients = stack.proxy === "none" ? [] : services;
  return [
    ...electionOpenings(stack, others),
    ...clients.flatMap(({ port, from }) =>
      from.map((one): Opening => ({ family: familyOf(one), from: one, protocol: "tcp", port })),
    ),
  ];
}

/** What the peers send: VRRP, or the heartbeat of the agents. */
function electionOpenings({ election }: Stack, others: readonly Node[]): Opening[] {
  const from = (network: string) => others.flatMap(({ ips }) => ips[network] ?? []);
  if (election.method === "vrrp") {
    return from(election.network).map((ip) => ({
      family: familyOf(ip),
      from: ip,
      protocol: "vrrp",
    }));
  }
  if (election.method !== "heartbeat" || election.peers.from !== "addresses") return [];
  const { port } = election;
  return from(election.peers.network).map((ip) => ({
    family: familyOf(ip),
    from: ip,
    protocol: "udp",
    port,
  }));
}

const forwards = ({ host }: Context): boolean =>
  host.role === "node" && host.kind === "virtual-router";

function firewalld(context: Context): Part {
  const rule = ({ family, from, protocol, port }: Opening): HostCommand => {
    const what =
      port === undefined
        ? `protocol value="${protocol}"`
        : `port port="${port}" protocol="${protocol}"`;
    const rich = `rule family="${family}" source address="${from}" ${what} accept`;
    return command(
      ["firewall-cmd", "--permanent", `--add-rich-rule=${rich}`],
      "the image's firewall would block it",
    );
  };
  return {
    commands: [
      ...openings(context).map(rule),
      ...(forwards(context)
        ? [
            command(
              ["firewall-cmd", "--permanent", "--add-forward"],
              "packets pass between the networks",
            ),
          ]
        : []),
      command(["firewall-cmd", "--reload"], "the rules hold from now on"),
    ],
  };
}

function iptables(context: Context): Part {
  const all = openings(context);
  const inputs = all.map(({ family, from, protocol, port }) => ({
    tool: family === "ipv4" ? "iptables" : "ip6tables",
    from,
    // The number, since not every image has a list of protocols that knows the name.
    protocol: protocol === "vrrp" ? "112" : protocol,
    port: port === undefined ? "" : String(port),
  }));
  const links = forwards(context) ? privateNetworks(context.stack.networks) : [];
  const script = render("open-firewall.sh", shell, {
    inputs,
    links: links.map((network) => ({ interface: network.interface })),
  });
  const path = "/usr/local/lib/baton/open-firewall";
  return {
    packages: [{ name: "iptables-persistent", why: "keeps the rules of the image's firewall" }],
    files: [file(path, script, "the image's firewall would block it", { mode: "0755" })],
    commands: [command([path], "opens the image's firewall")],
  };
}

/**
 * OCI's own images ship a packet filter that lets in SSH and nothing else: firewalld on Oracle
 * Linux, iptables with a last rule that rejects on Ubuntu. This opens it, to whom it must be.
 */
import { parseAddress, parseCidr } from "../../stack/ip.ts";
import { type Host, privateNetworks } from "../../stack/stack.ts";
import type { Context, PartMaker } from "../context.ts";
import { shell } from "../escape.ts";
import { command, file, type HostCommand, type Part } from "../plan.ts";
import { render } from "../template.ts";

type Opening = {
  readonly family: "ipv4" | "ipv6";
  readonly from: string;
  /** TCP port; absent for VRRP. */
  readonly port?: number;
};

export const hostFirewall: PartMaker<Host> = (context) => {
  if (context.stack.cloud.provider !== "oci") return {};
  return context.host.system.packages === "dnf" ? firewalld(context) : iptables(context);
};

const familyOf = (from: string): Opening["family"] =>
  (parseCidr(from) ?? parseAddress(from))?.family ?? "ipv4";

/** Who may reach what: clients the services, peers VRRP, load balancers the app servers. */
function openings({ stack, host }: Context): Opening[] {
  const { election, services, nodes } = stack;
  const peers = nodes.filter(({ name }) => name !== host.name).map(({ ips }) => ips);
  if (host.role === "app-server") {
    const froms = [...new Set(nodes.flatMap(({ ips }) => Object.values(ips)))];
    return services.flatMap(({ targetPort: port }) =>
      froms.map((from) => ({ family: familyOf(from), from, port })),
    );
  }
  const vrrp =
    election.method === "vrrp" ? peers.flatMap((ips) => ips[election.network] ?? []) : [];
  const clients = stack.proxy === "none" ? [] : services;
  return [
    ...vrrp.map((from) => ({ family: familyOf(from), from })),
    ...clients.flatMap(({ port, from }) =>
      from.map((one) => ({ family: familyOf(one), from: one, port })),
    ),
  ];
}

const forwards = ({ host }: Context): boolean =>
  host.role === "node" && host.kind === "virtual-router";

function firewalld(context: Context): Part {
  const rule = ({ family, from, port }: Opening): HostCommand => {
    const what =
      port === undefined ? 'protocol value="vrrp"' : `port port="${port}" protocol="tcp"`;
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
  const inputs = all.map(({ family, from, port }) => ({
    tool: family === "ipv4" ? "iptables" : "ip6tables",
    from,
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

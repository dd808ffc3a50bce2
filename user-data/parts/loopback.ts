/**
 * The failover address on the host, where the cloud only routes it there: on loopback by netplan,
 * with hooks that put it back and poke the agent, or by ifupdown as exoip's text has it.
 */
import { parseAddress, parseCidr } from "../../stack/ip.ts";
import {
  carriedIp,
  exoipFace,
  type NodeContext,
  networkStackOf,
  type PartMaker,
} from "../context.ts";
import { ifupdown, shell } from "../escape.ts";
import { command, file, type HostFile, type Part } from "../plan.ts";
import { priorityOf } from "../priority.ts";
import { render } from "../template.ts";
import { toYaml } from "../yaml.ts";
import { exoipAddress } from "./agent-config.ts";
import { bringUp, keyfile, reloadKeyfiles } from "./networkmanager.ts";

const linkHook = "/usr/local/lib/baton/link-hook";

/** `198.51.100.50/32` or `2001:db8::1/128`. */
export const hostPrefix = (ip: string): string =>
  `${ip}/${parseAddress(ip)?.family === "ipv6" ? 128 : 32}`;

/** Addresses of the stack by the interface that carries them. */
function byInterface(context: NodeContext): [string, string[]][] {
  const groups = Map.groupBy(context.stack.addresses, (address) => address.interface);
  return [...groups].map(([name, addresses]) => [
    name,
    addresses.map((address) => carriedIp(context, address)),
  ]);
}

export const carriedAddresses: PartMaker = (context) => {
  // keepalived and carp put the address on the host by themselves.
  if (context.stack.election.method !== "heartbeat") return {};
  if (context.stack.addresses.some(({ vip }) => vip !== undefined)) return {};
  switch (networkStackOf(context)) {
    case "ifupdown":
      return byIfupdown(context);
    case "netplan":
      return byNetplan(context);
    case "networkmanager":
      return byNetworkManager(context);
    case "hostname.if":
      throw new Error("a heartbeat on OpenBSD was not refused");
  }
};

/** What puts the address back and pokes the agent, whichever daemon runs it. */
const hookFile = (context: NodeContext): HostFile =>
  file(
    linkHook,
    render("link-hook.sh", shell, {
      addresses: byInterface(context).flatMap(([name, ips]) =>
        ips.map((ip) => ({ prefix: hostPrefix(ip), interface: name })),
      ),
    }),
    "puts the address back and pokes the agent",
    { mode: "0755" },
  );

const runsHook = (path: string, why: string): HostFile =>
  file(path, `#!/bin/sh\nexec ${linkHook}\n`, why, { mode: "0755" });

function byNetplan(context: NodeContext): Part {
  const ethernets = byInterface(context).map(([name, ips]) => [
    name,
    { ...(name === "lo" && { match: { name } }), addresses: ips.map(hostPrefix) },
  ]);
  const netplan = toYaml({ network: { version: 2, ethernets: Object.fromEntries(ethernets) } });
  const states = ["routable", "off", "no-carrier"];
  return {
    packages: [{ name: "networkd-dispatcher", why: "runs the hooks when a link changes" }],
    files: [
      file("/etc/netplan/60-baton.yaml", netplan, "the address stays on the host", {
        mode: "0600",
      }),
      hookFile(context),
      ...states.map((state) =>
        runsHook(`/etc/networkd-dispatcher/${state}.d/50-baton`, `runs it when a link is ${state}`),
      ),
    ],
    commands: [command(["netplan", "apply"], "the address is on the host now")],
  };
}

function byNetworkManager(context: NodeContext): Part {
  const links = byInterface(context);
  return {
    files: [
      ...links.map(([name, ips]) =>
        keyfile(
          { interface: name, addresses: ips.map(hostPrefix), mtu: 0 },
          "the address stays on the host",
        ),
      ),
      hookFile(context),
      runsHook("/etc/NetworkManager/dispatcher.d/50-baton", "runs it when a link changes"),
    ],
    commands: [reloadKeyfiles, ...links.map(([name]) => bringUp(name))],
  };
}

function byIfupdown(context: NodeContext): Part {
  const face = exoipFace(context);
  const stanzas = face ? exoipStanza(context) : plainStanzas(context);
  return {
    files: [
      file("/etc/network/interfaces.d/51-exoip.cfg", stanzas, "the address on loopback", {
        mode: "0600",
        secret: face,
      }),
    ],
    commands: byInterface(context)
      .flatMap(([name, ips]) => ips.map((_, index) => `${name}:${index + 1}`))
      .map((label) => command(["ifup", label], `brings ${label} up; at later boots ifupdown does`)),
  };
}

const plainStanzas = (context: NodeContext): string =>
  render("51-address.cfg", ifupdown, {
    labels: byInterface(context).flatMap(([name, ips]) =>
      ips.map((ip, index) => {
        const ipv6 = parseAddress(ip)?.family === "ipv6";
        return {
          label: `${name}:${index + 1}`,
          family: ipv6 ? "inet6" : "inet",
          ip,
          netmask: ipv6 ? "128" : "255.255.255.255",
        };
      }),
    ),
  });

/** Original exoip's stanza: its keys reach the program as IF_* variables. */
function exoipStanza(context: NodeContext): string {
  const { stack, host, inputs } = context;
  const { election } = stack;
  if (election.method !== "heartbeat") throw new Error("exoip's face without a heartbeat");
  const { peers, port, deadRatio, intervalMs } = election;
  const rank = stack.addresses[0]?.ranks[host.name] ?? 0;
  const others = stack.nodes.filter(({ name }) => name !== host.name);
  const list =
    peers.from === "addresses" ? others.map(({ ips }) => ips[peers.network]).join(",") : "";
  return render("51-exoip.cfg", ifupdown, {
    ip: exoipAddress(context),
    peerGroup: peers.from === "addresses" ? "" : peers.name,
    peers: list,
    apiKey: inputs.credentials.key ?? "",
    apiSecret: inputs.credentials.secret ?? "",
    // What equals the program's own default is left to it.
    priority: otherThan("10", priorityOf(stack, host, rank)),
    bind: otherThan(":12345", `:${port}`),
    deadRatio: otherThan("3", deadRatio),
    intervalSeconds: otherThan("1", intervalMs / 1000),
  });
}

const otherThan = (usual: string, value: string | number): string =>
  String(value) === usual ? "" : String(value);

/** The prefix length of a private network's block. */
export const prefixOf = (cidr: string): number => parseCidr(cidr)?.prefix ?? 32;

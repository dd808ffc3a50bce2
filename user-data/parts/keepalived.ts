/**
 * keepalived: decides by unicast VRRP who should hold, carries the VIPs, and tells the agent by its
 * FIFO. Clouds pass no multicast, so the peers are named.
 */
import { parseAddress } from "../../stack/ip.ts";
import type { PrivateNetwork, VrrpElection } from "../../stack/stack.ts";
import { carriedIp, type NodeContext, type PartMaker, unconfiguredNetworks } from "../context.ts";
import { keepalived as format, shell } from "../escape.ts";
import { command, file, type Part, service } from "../plan.ts";
import { priorityOf } from "../priority.ts";
import { Refusal } from "../refusal.ts";
import { vrrpAuthPass } from "../secrets.ts";
import { render } from "../template.ts";
import { type VrrpInstance, vrrpInstances } from "../vrrp.ts";
import { vrrpFifo } from "./agent-config.ts";
import { hostPrefix } from "./loopback.ts";
import { vrrpFifoPart } from "./vrrp-fifo.ts";

/** Where SELinux lets keepalived run a script without its own confinement. */
const proxyCheck = "/usr/libexec/keepalived/check-proxy";

/** The distributions' units leave a keepalived that has died where it is. */
const restart = "[Unit]\nStartLimitIntervalSec=0\n\n[Service]\nRestart=always\nRestartSec=1\n";

export const keepalived: PartMaker = (context) => {
  const { election, services, proxy } = context.stack;
  if (election.method !== "vrrp") return {};
  const [first] = services;
  const check = proxy === "none" || first === undefined ? undefined : first.port;
  const parts = [vrrpFifoPart(context), check === undefined ? {} : checkPart(context, check)];
  return {
    packages: [{ name: "keepalived", why: "elects the master by VRRP" }],
    files: [
      // Deferred: keepalived's package would start it before its accounts and scripts are there.
      file(
        "/etc/keepalived/keepalived.conf",
        configuration(context, election, check),
        "the election",
        { mode: "0600", secret: election.version === 2, deferred: true },
      ),
      file(
        "/etc/systemd/system/keepalived.service.d/baton.conf",
        restart,
        "a keepalived that dies comes back",
      ),
      ...parts.flatMap(({ files = [] }) => files),
    ],
    commands: parts.flatMap(({ commands = [] }) => commands),
    services: [service("keepalived.service", "reload", "elects the master")],
  };
};

function checkPart({ host }: NodeContext, port: number): Part {
  const why = "a node whose proxy does not answer gives the address away";
  const text = render("check-proxy.sh", shell, { port });
  const folder = proxyCheck.slice(0, proxyCheck.lastIndexOf("/"));
  const relabel = command(["restorecon", "-R", folder], "SELinux knows the check as keepalived's");
  return {
    files: [file(proxyCheck, text, why, { mode: "0755" })],
    commands: host.system.selinux ? [relabel] : [],
  };
}

function configuration(context: NodeContext, election: VrrpElection, check: number | undefined) {
  return render("keepalived.conf", format, {
    fifo: vrrpFifo,
    pluggedIn: unconfiguredNetworks(context).length > 0,
    version3: election.version === 3,
    checked: check !== undefined,
    script: proxyCheck,
    instances: vrrpInstances(context).map((instance) => values(context, election, instance, check)),
  });
}

function values(
  context: NodeContext,
  election: VrrpElection,
  instance: VrrpInstance,
  check: number | undefined,
) {
  const { stack, host } = context;
  const network = networkOf(context, election.network);
  const others = stack.nodes.filter(({ name }) => name !== host.name);
  const source = host.ips[network.name] ?? "";
  const spoken = parseAddress(source)?.family;
  const vips = instance.addresses.map((address) => {
    const ip = carriedIp(context, address);
    return { family: parseAddress(ip)?.family, prefix: hostPrefix(ip), device: address.interface };
  });
  // Without preemption, or with a delay of it, keepalived wants every node to begin as backup.
  const master = election.preempt && election.preemptDelayMs === 0 && instance.rank === 0;
  return {
    name: instance.name,
    state: master ? "MASTER" : "BACKUP",
    interface: network.interface,
    routerId: instance.routerId,
    priority: priorityOf(stack, host, instance.rank),
    interval: election.intervalMs / 1000,
    keeps: !election.preempt,
    delay: election.preempt ? election.preemptDelayMs / 1000 : 0,
    password: election.version === 2 ? password(context, election) : "",
    source,
    // One node alone has nobody to speak to, and keepalived calls an empty list an error.
    peers: others.map(({ ips }) => ({ ip: ips[network.name] ?? "" })),
    vips: vips
      .filter(({ family }) => family === spoken)
      .map(({ prefix, device }) => ({ prefix, device })),
    // An advertisement lists addresses of its own family; the others move along unlisted.
    excluded: vips
      .filter(({ family }) => family !== spoken)
      .map(({ prefix, device }) => ({ prefix, device })),
    // Its own interface keepalived tracks anyway, and calls it an error to be told so.
    tracked: trackedInterfaces(context)
      .filter((name) => name !== network.interface)
      .map((name) => ({ name })),
    checked: check !== undefined,
  };
}

/** A router that has lost one of its links routes nothing; a load balancer needs the peers' only. */
function trackedInterfaces({ stack, host }: NodeContext): string[] {
  if (host.kind !== "virtual-router") return [];
  return stack.networks.map((network) => network.interface);
}

function networkOf({ stack }: NodeContext, name: string): PrivateNetwork {
  const found = stack.networks.find((network) => network.name === name);
  if (found?.type !== "private") throw new Error(`no private network ${name} for vrrp`);
  return found;
}

function password({ stack, inputs }: NodeContext, { authPass }: VrrpElection): string {
  if (authPass === undefined) return vrrpAuthPass(inputs.text(stack.secret), stack.name);
  const text = inputs.text(authPass);
  try {
    format(text);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // The refusal would show the text, which is a secret.
    const fix = "choose letters, digits and plain punctuation";
    throw new Refusal(
      "keepalived.conf cannot carry this auth_pass",
      ["election", "auth-pass"],
      fix,
    );
  }
  return text;
}

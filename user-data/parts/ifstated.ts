/**
 * ifstated(8): follows the state of carp0 and of the links, demotes a node that cannot serve, and
 * claims the failover address. It runs a command once at a change and never tries again, so it is
 * the fast edge; the agent beside it keeps the address for as long as the two differ.
 */
import type { HealthCheck } from "../../stack/stack.ts";
import { carriedIp, type NodeContext, type PartMaker } from "../context.ts";
import { ifstated as format } from "../escape.ts";
import { file, service } from "../plan.ts";
import { Refusal } from "../refusal.ts";
import { render } from "../template.ts";
import { program } from "./agent-openbsd.ts";
import { carpElection, carpNetwork } from "./carp.ts";

const path = "/etc/ifstated.conf";

/** The host, the wait and the pace of the text, where the stack file has no ping. */
const usualPing = { host: "8.8.8.8", waitSeconds: 1, everySeconds: 15 } as const;

export const ifstated: PartMaker = (context) => {
  const { external, internal } = watched(context);
  const { host, waitSeconds, everySeconds } = pingOf(context.stack.health);
  const text = render("ifstated.conf", format, {
    external,
    internal: internal ?? "",
    pingHost: host,
    waitSeconds,
    everySeconds,
    claims: addressesOf(context),
    releases: addressesOf(context).map(({ interface: name, ip }) => ({ interface: name, ip })),
    alias: carpElection(context).alias === "ifstated",
  });
  return {
    files: [
      file(path, text, "claims the address when CARP makes this node master", {
        owner: "root:wheel",
        mode: "0600",
      }),
    ],
    services: [service("ifstated", "reload", "follows carp0", { ifChanged: [path] })],
  };
};

/** The interfaces that ifstated watches beside carp0. */
function watched(context: NodeContext) {
  const { networks } = context.stack;
  const external = networks.find(({ type }) => type === "public");
  const internal = networks.find(
    ({ type, name }) => type === "private" && name !== carpNetwork(context).network.name,
  );
  if (external === undefined) throw new Error("an edge node without a public network");
  return { external: external.interface, internal: internal?.interface };
}

function pingOf(health: readonly HealthCheck[]) {
  for (const { check, timeoutMs, intervalMs } of health) {
    if (check.kind !== "ping") continue;
    // ping(8) and ifstated count whole seconds.
    const [waitSeconds, everySeconds] = [timeoutMs, intervalMs].map((ms) => Math.ceil(ms / 1000));
    return { host: check.host, waitSeconds: waitSeconds ?? 1, everySeconds: everySeconds ?? 15 };
  }
  return usualPing;
}

/** Each address with what the claim of it names: project, address and instance. */
function addressesOf(context: NodeContext) {
  const { stack, host } = context;
  const project = projectOf(context);
  return stack.addresses.map((address) => ({
    alias: carpElection(context).alias === "ifstated",
    interface: address.interface,
    ip: carriedIp(context, address),
    program,
    project,
    instance: host.name,
  }));
}

function projectOf({ stack: { cloud, name } }: NodeContext): string {
  if (cloud.provider !== "ovh") return name;
  try {
    format(cloud.project);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.message, ["cloud", "project"], "write the project's id");
  }
  return cloud.project;
}

/** Hosts: nodes (load balancers or virtual routers) and app servers. */
import { z } from "zod";
import { textOrReference } from "../reference.ts";
import { address, hostName, line, name } from "../scalars.ts";
import { section } from "../section.ts";
import { systemNames } from "../systems.ts";
import { extra } from "./extra.ts";

const system = z
  .enum(systemNames, { error: `choose a system: ${systemNames.join(", ")}` })
  .describe("Operating system, where it differs.");

/** What every host may say, by itself or for its whole group. */
const common = {
  system: system.optional(),
  image: line.optional().describe("Image or template. Default: the cloud's own one of the system."),
  size: line.optional().describe("Instance type, flavor or shape. Default: a small one."),
};

/** What only one host can say. */
const own = {
  hostName: hostName
    .optional()
    .describe("DNS name. Where an app server has one, the proxies use it as the backend."),
  publicIp: address
    .optional()
    .describe("Public address, where it is fixed beforehand. Never needed on Exoscale."),
  ips: z
    .record(name, address)
    .default({})
    .describe("Fixed address on each private network. Default: planned from the block."),
  extra: extra.optional().describe("Packages, files and commands of this host alone."),
};

const node = section({
  ...common,
  ...own,
  priority: z
    .int()
    .min(0)
    .max(255)
    .optional()
    .describe(
      "Priority in the election's own scale, in place of the preferred order: lowest wins for " +
        "heartbeat (exoip) and carp (advskew), highest wins for vrrp.",
    ),
});

const cloudConfig = textOrReference
  .optional()
  .describe(
    "Your own cloud-config: the whole user-data of the app server, in place of ours. Text, or ${file:PATH}.",
  );

const appServer = section({ ...common, ...own, cloudConfig });

const count = (what: string, max: number) =>
  z
    .int({ error: `write how many ${what}, as a whole number` })
    .min(1, { error: `write how many ${what}: at least 1` })
    .max(max, { error: `write how many ${what}: at most ${max}` });

/** Node groups of exoip have a handful of members; VRRP and CARP pairs have two. */
const nodeCount = count("nodes", 64);
const appServerCount = count("app servers", 4000);

const hosts = <T extends z.ZodType>(host: T, example: string) =>
  z
    .record(name, host.nullable(), { error: `write hosts by name, such as ${example}: {}` })
    .optional()
    .describe("Hosts by name, each with what differs from the group.");

export const nodes = z.union([
  nodeCount,
  section({
    count: nodeCount
      .optional()
      .describe("How many; they are named lb1, lb2 and so on (routers: vr1, vr2)."),
    hosts: hosts(node, "lb1"),
    kind: z
      .enum(["load-balancer", "virtual-router"])
      .default("load-balancer")
      .describe("`virtual-router`: forwards packets between its networks. Default: load-balancer."),
    ...common,
    extra: extra.optional().describe("Packages, files and commands of every node."),
  }),
]);

export const appServers = z
  .union([
    appServerCount,
    section({
      count: appServerCount.optional().describe("How many; they are named app1, app2 and so on."),
      hosts: hosts(appServer, "app1"),
      slots: appServerCount
        .optional()
        .describe(
          "Servers that the proxies reserve room for. An empty slot is checked and down; filling " +
            "it later changes no load balancer. Default: as many as there are app servers.",
        ),
      ...common,
      cloudConfig,
      extra: extra.optional().describe("Packages, files and commands of every app server."),
    }),
  ])
  .describe("The servers behind the load balancers: how many, or each by name.");

export { system };

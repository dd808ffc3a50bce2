/**
 * The schema of the stack file. Types, defaults, documentation and the JSON Schema for editors
 * all come from here.
 */
import { z } from "zod";
import { reference } from "./reference.ts";
import { name } from "./scalars.ts";
import { section } from "./section.ts";
import { address } from "./sections/address.ts";
import { agent } from "./sections/agent.ts";
import { cloud, network } from "./sections/cloud.ts";
import { election, healthCheck } from "./sections/election.ts";
import { extra } from "./sections/extra.ts";
import { appServers, nodes, system } from "./sections/host.ts";
import { access, service } from "./sections/service.ts";

export const declaration = section({
  name: name.describe("Name of the stack; resources and hosts are named after it."),
  cloud,
  networks: z
    .record(name, network)
    .prefault({})
    .describe("Networks by name. Default on Exoscale: public on eth0, private on eth1."),
  addresses: z.record(name, address).describe("The addresses to keep, by name."),
  nodes: nodes
    .prefault(2)
    .describe("The machines that can hold the address: how many, or each by name. Default: 2."),
  appServers: appServers.optional(),
  services: z.record(name, service).prefault({}).describe("What is served, by name."),
  proxy: z
    .enum(["haproxy", "nginx", "none"])
    .optional()
    .describe(
      "What the load balancers run. Default: haproxy, or nginx where there is no app server.",
    ),
  election: election.prefault({}),
  health: z
    .array(healthCheck)
    .optional()
    .describe("Checks that gate ownership. Default: a TCP connect to the proxy's first port."),
  access: access.prefault({}),
  system: system
    .default("ubuntu-24.04")
    .describe(
      "Operating system of every host. Packages, network files and service manager follow from " +
        "it. Default: ubuntu-24.04.",
    ),
  extra: extra.optional().describe("Packages, files and commands of every host."),
  agent: agent.prefault({}),
  secret: reference
    .prefault("${env:BATON_SECRET}")
    .describe(
      "The stack secret, at least 32 characters, from which all others derive. Make one with " +
        "`npx baton secret`. Default: ${env:BATON_SECRET}.",
    ),
}).describe("A highly available stack behind failover addresses.");

/** A stack file that fulfils the schema, as it was written. */
export type Declaration = z.output<typeof declaration>;

/** The JSON Schema (draft 2020-12) of the stack file, for editors. */
export const jsonSchema = (): object => ({
  title: "baton stack file",
  ...z.toJSONSchema(declaration, { io: "input", unrepresentable: "any" }),
});

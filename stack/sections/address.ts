/** The addresses that must always be held. */
import { z } from "zod";
import { interfaceName, address as ipAddress, name } from "../scalars.ts";
import { section } from "../section.ts";

export const address = section({
  ip: ipAddress
    .optional()
    .describe(
      "The failover address that the world uses. May be absent until `pulumi up` has made it.",
    ),
  vip: ipAddress
    .optional()
    .describe(
      "The virtual address inside a private network that the nodes carry (OCI, OpenStack).",
    ),
  network: name.optional().describe("Network of the vip. Default: the first private one."),
  order: z
    .union([z.array(name).min(1), z.literal("equal")], {
      error: "write the nodes in their preferred order, such as [lb1, lb2], or `equal`",
    })
    .optional()
    .describe("Preferred order of the nodes, best first. Default: as the nodes are listed."),
  interface: interfaceName
    .optional()
    .describe(
      "Interface that carries the address on the host. Default: lo, or the vip's network's.",
    ),
}).describe("An address under a name of your choice.");

/** How the watchdog reaches the host, and with which credentials it calls the cloud. */
import { z } from "zod";
import { reference } from "../reference.ts";
import { name, url } from "../scalars.ts";
import { section } from "../section.ts";

export const agent = section({
  delivery: z
    .enum(["inline", "url"])
    .default("inline")
    .describe(
      "inline: inside user-data. url: fetched at first boot, pinned by SHA-256. Default: inline.",
    ),
  url: url("https", "write an https URL of the agent's bundle")
    .optional()
    .describe("Where the bundle is fetched from (delivery: url)."),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: "write the 64 hex digits that sha256sum prints" })
    .optional()
    .describe("SHA-256 of the bundle (delivery: url). Default: that of the bundle at hand."),
  credentials: z
    .record(name, reference)
    .prefault({})
    .describe(
      "Cloud credentials of the agent, each a reference. Exoscale: key, secret. OpenStack: id, " +
        "secret. OVH: application-key, application-secret, consumer-key. OCI: none. `pulumi up` makes them.",
    ),
  loopback: z
    .enum(["netplan", "ifupdown"])
    .optional()
    .describe("What configures the address on Debian and Ubuntu. Default: netplan."),
}).describe("The watchdog on each node.");

/** The cloud that carries the address, and the networks between the hosts. */
import { z } from "zod";
import { cidr, interfaceName, address as ipAddress, line, url } from "../scalars.ts";
import { section } from "../section.ts";

/** Zones of the Exoscale API v2 document. */
const exoscaleZones = [
  "ch-gva-2",
  "ch-dk-2",
  "de-fra-1",
  "de-muc-1",
  "at-vie-1",
  "at-vie-2",
  "bg-sof-1",
  "hr-zag-1",
] as const;

const provider = <Name extends string>(name: Name) =>
  z.literal(name).describe("Whose cloud it is: exoscale, oci, openstack or ovh.");

const exoscale = section({
  provider: provider("exoscale"),
  zone: z
    .enum(exoscaleZones)
    .default("ch-gva-2")
    .describe(
      "Zone of the hosts and of the elastic IP. An elastic IP cannot leave its zone. Default: ch-gva-2.",
    ),
});

const oci = section({
  provider: provider("oci"),
  region: line.describe("Region identifier, such as eu-frankfurt-1."),
  compartment: line.describe("Name or OCID of the compartment that holds the stack."),
});

const openstack = section({
  provider: provider("openstack"),
  region: line.optional().describe("Region, where the cloud has several."),
  authUrl: url("https?", "write the URL of Keystone, such as https://…:5000/v3")
    .optional()
    .describe("URL of Keystone, with /v3. Default: OS_AUTH_URL where `pulumi up` runs."),
  externalNetwork: line
    .default("public")
    .describe("Name of the network that floating IPs come from. Default: public."),
});

const ovh = section({
  provider: provider("ovh"),
  region: line.describe("Public Cloud region, such as SBG5."),
  project: line.describe("Public Cloud project, by id or by the name that your tools know it by."),
});

export const cloud = z
  .discriminatedUnion("provider", [exoscale, oci, openstack, ovh], {
    error: "choose a provider: exoscale, oci, openstack or ovh",
  })
  .describe("Where the stack runs.");

export const network = section({
  type: z
    .enum(["private", "public"])
    .default("private")
    .describe("`public`: the cloud's own network, addresses by DHCP. Default: private."),
  cidr: cidr
    .optional()
    .describe("Block of addresses of a private network. Hosts get fixed addresses out of it."),
  gateway: ipAddress
    .optional()
    .describe("The router's address. Default on OCI and OpenStack: the first one of the block."),
  interface: interfaceName.describe("Name of the interface in the guest, such as eth1."),
  ips: z
    .enum(["fixed", "none"])
    .default("fixed")
    .describe(
      "`none`: interfaces are up without an address, enough for CARP's own network. Default: fixed.",
    ),
}).describe("A network that the hosts are on, under a name of your choice.");

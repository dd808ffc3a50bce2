/** Who should hold the address: the election, and the health that gates it. */
import { z } from "zod";
import { reference } from "../reference.ts";
import { duration, interfaceName, isPort, line, name, port, url } from "../scalars.ts";
import { section } from "../section.ts";

export const election = section({
  method: z
    .enum(["heartbeat", "vrrp", "carp"], { error: "choose a method: heartbeat, vrrp or carp" })
    .optional()
    .describe(
      "heartbeat: our own over UDP. vrrp: keepalived decides. carp: the OpenBSD kernel decides. " +
        "Default: carp on OpenBSD, vrrp on OCI and OpenStack, else heartbeat.",
    ),
  interval: duration
    .prefault("1s")
    .describe(
      "Advertisement interval, such as 200ms or 1s. A failover starts after dead-ratio intervals. " +
        "Shorter finds a dead node sooner and mistakes a stall for a death sooner. Default: 1s.",
    ),
  deadRatio: z
    .int()
    .min(2)
    .max(20)
    .default(3)
    .describe(
      "Missed advertisements after which a node is dead. VRRP and CARP fix it at 3. Default: 3.",
    ),
  preempt: z
    .boolean()
    .default(true)
    .describe("Whether a better node that comes back takes the address back. Default: true."),
  preemptDelay: duration
    .prefault("0s")
    .describe("How long a better node must be well before it takes the address back. Default: 0s."),
  hold: z
    .enum(["exclusive", "shared"])
    .default("exclusive")
    .describe(
      "`shared`: nodes of equal order hold the address together (Exoscale). Default: exclusive.",
    ),
  port: port.default(12345).describe("UDP port of the heartbeat. Default: 12345."),
  wire: z
    .enum(["authenticated", "exoip"])
    .default("authenticated")
    .describe(
      "`exoip`: unsigned frames, to share a group with the exoip program. Default: authenticated.",
    ),
  peers: z
    .enum(["security-group", "label", "addresses"])
    .optional()
    .describe(
      "Where a node learns its heartbeat peers: from the security group or a label while running, " +
        "or fixed addresses. Default: security-group on Exoscale, else addresses.",
    ),
  peerGroup: line
    .default("load-balancer")
    .describe(
      "Security group (or value of the label `baton`) of the peers. Default: load-balancer.",
    ),
  network: name
    .optional()
    .describe(
      "Network that the nodes speak on. Default: the first private one; public on Exoscale.",
    ),
  instance: line
    .regex(/^[A-Za-z0-9_-]+$/, { error: "write a name of letters, digits, - and _" })
    .default("VI_1")
    .describe("Name of the vrrp_instance. Default: VI_1."),
  routerId: z
    .int({ error: "write a virtual router id between 1 and 255" })
    .min(1, { error: "write a virtual router id between 1 and 255" })
    .max(255, { error: "write a virtual router id between 1 and 255" })
    .optional()
    .describe("virtual_router_id (VRRP) or vhid (CARP), 1 to 255. Default: 51, CARP 1."),
  authPass: reference
    .optional()
    .describe("Password of VRRP (8 characters) or CARP. Default: derived from the stack secret."),
  carpAddress: z
    .ipv4({ error: "write the IPv4 address that carp0 carries, such as 10.25.0.10" })
    .optional()
    .describe("Address of carp0, inside the network that the nodes speak on (CARP)."),
  alias: z
    .enum(["permanent", "ifstated"])
    .default("permanent")
    .describe(
      "Who adds the failover IP on OpenBSD: always there, or ifstated. Default: permanent.",
    ),
}).describe("How the nodes agree on who holds the address.");

/** One check; exactly one of http, tcp, command, link and ping says of which kind. */
export const healthCheck = section({
  http: url("http", "write a URL, such as http://127.0.0.1:80/health")
    .optional()
    .describe("URL that must answer with a status from 200 to 399."),
  tcp: z
    .string()
    .regex(/^(\[[0-9a-fA-F:]+\]|[a-z0-9][a-z0-9.-]*):\d{1,5}$/, {
      error: "write host:port, such as 127.0.0.1:80",
      abort: true,
    })
    .refine((text) => isPort(Number(text.split(":").at(-1))), {
      error: "write a port between 1 and 65535 behind the host",
    })
    .optional()
    .describe("host:port that must accept a connection."),
  command: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe("Program and arguments that must exit with 0. No shell is involved."),
  link: interfaceName.optional().describe("Interface that must have a link."),
  ping: line
    .regex(/^[A-Za-z0-9:][A-Za-z0-9.:-]*$/, { error: "write an address or a host name to ping" })
    .optional()
    .describe("Host that must answer a ping."),
  interval: duration.prefault("2s").describe("Time between two tries. Default: 2s."),
  timeout: duration.prefault("1s").describe("Time after which a try has failed. Default: 1s."),
  rise: z.int().min(1).max(100).default(2).describe("Good tries until healthy. Default: 2."),
  fall: z.int().min(1).max(100).default(3).describe("Bad tries until sick. Default: 3."),
}).describe("A local check; a node that fails one gives the address to a healthy node.");

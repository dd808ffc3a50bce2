/** What the load balancers serve, and who may reach it. */
import { z } from "zod";
import { cidr, port } from "../scalars.ts";
import { section } from "../section.ts";
import { faultOfKey, publicKeyLine } from "../ssh-key.ts";

const world = ["0.0.0.0/0", "::/0"];

export const service = section({
  port: port.describe("Port on the address."),
  protocol: z
    .enum(["http", "tcp"])
    .default("http")
    .describe("What the proxies carry. Default: http."),
  targetPort: port.optional().describe("Port on the app servers. Default: the same port."),
  check: z
    .string()
    .regex(/^\/[\x21-\x7e]*$/, { error: "write the path of a health check, such as /health" })
    .optional()
    .describe("Path that the proxy asks each app server for (http). Default: a TCP connect."),
  from: z
    .array(cidr)
    .default(world)
    .describe("Blocks that may use the service. Default: the whole world."),
}).describe("A service under a name of your choice.");

const fault = ({ input }: { readonly input?: unknown }) => faultOfKey(String(input));

/** The pattern is for editors too; what it lets through is looked into. */
const publicKey = z
  .string({ error: "write a public key: ssh-ed25519 AAAA…" })
  .regex(publicKeyLine, { error: fault, abort: true })
  .refine((text) => faultOfKey(text) === undefined, { error: fault });

export const access = section({
  sshKeys: z.array(publicKey).default([]).describe("Public keys that may log in."),
  sshFrom: z.array(cidr).default([]).describe("Blocks that may reach SSH. Default: none."),
  icmpFrom: z.array(cidr).default([]).describe("Blocks that may ping the hosts. Default: none."),
}).describe("Who may log in, and from where.");

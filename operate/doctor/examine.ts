/** All that a doctor looks at: what the API says, and what each host says. Changes nothing. */
import { z } from "zod";
import type { Refusal } from "../../agent/cloud/cloud.ts";
import type { Stack } from "../../stack/stack.ts";
import { type ExoscaleApi, nobody, nowMs } from "../exoscale-api.ts";
import type { Remote } from "../remote.ts";
import type { HostSeen, Snapshot } from "../snapshot.ts";

/** How a call ended; `value` where it was a read that succeeded. */
export type Call = {
  readonly call: string;
  readonly ended: "fine" | Refusal | "rate-limited" | "unreachable";
  readonly message: string;
  readonly value?: unknown;
};

export type Checkup = {
  /** Lines of `baton-agent check -online`, by node; why there are none. */
  readonly checks: Readonly<Record<string, readonly CheckLine[] | { readonly why: string }>>;
  /** SHA-256 of the user-data that each host was made of, as the host has it. */
  readonly userData: Readonly<Record<string, string | undefined>>;
};

export type CheckLine = { readonly fine: boolean; readonly what: string; readonly fix: string };

const callMs = 10_000;

/** What is read for a stack to be made and seen, by the name of the call. */
const reads = {
  "list-zones": "/zone",
  "list-quotas": "/quota",
  "list-templates": "/template",
  "list-instances": "/instance",
  "list-elastic-ips": "/elastic-ip",
  "list-security-groups": "/security-group",
  "list-private-networks": "/private-network",
  "list-anti-affinity-groups": "/anti-affinity-group",
  "list-ssh-keys": "/ssh-key",
  "list-iam-roles": "/iam-role",
  "list-api-keys": "/api-key",
} as const;

export type ReadName = keyof typeof reads;

export type Calls = ReadonlyMap<string, Call>;

/** Makes every read once, and each change of a drill on an instance that there is not. */
export async function tryCalls(api: ExoscaleApi): Promise<Calls> {
  const first = await tryRead(api, "list-zones");
  // A key that is refused once is refused by all; an API that is away stays so for a while.
  if (first.ended === "unreachable" || first.ended === "auth") return mapped([first]);
  const others = (Object.keys(reads) as ReadName[]).filter((call) => call !== first.call);
  const more = await Promise.all([
    ...others.map((call) => tryRead(api, call)),
    ...["stop", "start"].map((verb) => tryChange(api, verb)),
  ]);
  return mapped([first, ...more]);
}

async function tryRead(api: ExoscaleApi, call: ReadName): Promise<Call> {
  const ended = await api.get(reads[call], nowMs() + callMs);
  return ended.kind === "done"
    ? { call, ended: "fine", message: "", value: ended.value }
    : { call, ended: endOf(ended), message: ended.message };
}

async function tryChange(api: ExoscaleApi, verb: string): Promise<Call> {
  const ended = await api.put(`/instance/${nobody}:${verb}`, {}, nowMs() + callMs);
  const message = ended.kind === "done" ? "" : ended.message;
  return { call: `${verb}-instance`, ended: endOf(ended), message };
}

const mapped = (calls: readonly Call[]): Calls => new Map(calls.map((one) => [one.call, one]));

function endOf(outcome: Awaited<ReturnType<ExoscaleApi["get" | "put"]>>): Call["ended"] {
  if (outcome.kind === "done") return "fine";
  return outcome.kind === "refused" ? outcome.why : "unreachable";
}

/** What a read has brought, in the shape that is asked for; nothing where it failed. */
export function broughtBy<Value>(
  calls: Calls,
  call: ReadName,
  shape: z.ZodType<Value>,
): Value | undefined {
  const read = shape.safeParse(calls.get(call)?.value);
  return read.success ? read.data : undefined;
}

const shapeOf = {
  "list-zones": "zones",
  "list-quotas": "quotas",
  "list-templates": "templates",
  "list-elastic-ips": "elasticIps",
  "list-security-groups": "groups",
} as const;

/** Reads whose answers have another shape: what they tell of is not checked. */
export const unreadable = (calls: Calls): readonly string[] =>
  Object.entries(shapeOf).flatMap(([call, shape]) => {
    const { value } = calls.get(call) ?? {};
    return value === undefined || shapes[shape].safeParse(value).success ? [] : [call];
  });

/** Asks the hosts that SSH reaches. */
export async function checkUp(stack: Stack, { hosts }: Snapshot, remote: Remote): Promise<Checkup> {
  const reached = hosts.filter(
    ({ instance, agent }) => instance?.running && agent?.kind !== "unreachable",
  );
  const nodes = reached.filter(({ role }) => role === "node");
  const heartbeat = stack.election.method === "heartbeat";
  const [checks, userData] = await Promise.all([
    Promise.all((heartbeat ? nodes : []).map((node) => checksOf(node, remote))),
    Promise.all(reached.map((host) => digestOf(host, remote))),
  ]);
  return { checks: Object.fromEntries(checks), userData: Object.fromEntries(userData) };
}

async function checksOf({ name, instance }: HostSeen, remote: Remote) {
  if (instance === undefined) return [name, { why: "there is no such instance" }] as const;
  const ran = await remote(instance, "sudo -n baton-agent check -online", 60_000);
  if (ran.kind === "unreachable") return [name, { why: ran.why }] as const;
  const lines = linesIn(ran.stdout);
  const said = ran.stderr.trim() || `exit code ${ran.code}`;
  // One that gave up on the way has found nothing wrong so far, and that is no verdict.
  const gaveUp = ran.code !== 0 && lines.every(({ fine }) => fine);
  return [name, gaveUp || lines.length === 0 ? { why: said } : lines] as const;
}

/** `ok    WHAT`, or `wrong WHAT` with the fix on the line after. */
function linesIn(text: string): readonly CheckLine[] {
  const found = text.matchAll(/^(ok|wrong) +(.*)\n(?: {6}(.*)\n)?/gm);
  return [...found].map(([, word, what = "", fix = ""]) => ({ fine: word === "ok", what, fix }));
}

/** Only its digest leaves the host: user-data holds secrets. */
async function digestOf({ name, instance }: HostSeen, remote: Remote) {
  if (instance === undefined) return [name, undefined] as const;
  const file = "/var/lib/cloud/instance/user-data.txt";
  const ran = await remote(instance, `sudo -n sha256sum ${file}`);
  const digest = ran.kind === "ran" ? /^([0-9a-f]{64}) /.exec(ran.stdout)?.[1] : undefined;
  return [name, digest] as const;
}

export const shapes = {
  zones: z.object({ zones: z.array(z.object({ name: z.string() })) }),
  quotas: z.object({
    quotas: z.array(z.object({ resource: z.string(), usage: z.number(), limit: z.number() })),
  }),
  templates: z.object({ templates: z.array(z.object({ id: z.string(), name: z.string() })) }),
  elasticIps: z.object({
    "elastic-ips": z.array(z.object({ ip: z.string(), healthcheck: z.unknown().optional() })),
  }),
  groups: z.object({
    "security-groups": z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        rules: z
          .array(
            z.object({
              "flow-direction": z.string(),
              protocol: z.string(),
              "start-port": z.number().optional(),
              "end-port": z.number().optional(),
              icmp: z.object({ type: z.number().nullish(), code: z.number().nullish() }).nullish(),
              network: z.string().optional(),
              "security-group": z.object({ id: z.string() }).optional(),
            }),
          )
          .default([]),
      }),
    ),
  }),
} as const;

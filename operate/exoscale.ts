/** Exoscale from a desk, by the agent's own signed calls and a key of the operator's. */
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { Moved, Trouble } from "../agent/cloud/cloud.ts";
import { type Api, createApi } from "../agent/cloud/exoscale-call.ts";
import { apiEndpoint } from "../agent/cloud/exoscale-endpoint.ts";
import { finish } from "../agent/cloud/exoscale-operation.ts";
import type { Stack } from "../stack/stack.ts";
import type { Cloud, CloudAddress, CloudHost, Seen } from "./cloud.ts";
import { OperateFailure } from "./failure.ts";

type Env = Readonly<Record<string, string | undefined>>;

const readMs = 10_000;
/** Starting an instance takes a minute or two; more is a fault of the cloud. */
const changeMs = 300_000;

/** The clock that deadlines of the API's calls are on. */
export const nowMs = (): number => performance.now();

const listed = z.object({
  instances: z.array(
    z.object({
      id: z.string(),
      name: z.string().default(""),
      state: z.string(),
      labels: z.record(z.string(), z.string()).default({}),
      // It becomes a word of a command line, so what is no address counts as none.
      "public-ip": z.union([z.ipv4(), z.ipv6()]).optional().catch(undefined),
      template: z.object({ id: z.string() }).optional(),
    }),
  ),
});

type Listed = z.infer<typeof listed>["instances"][number];

const carried = z.object({
  "elastic-ips": z.array(z.object({ id: z.string() })).nullish(),
});

const elasticIps = z.object({
  "elastic-ips": z.array(
    z.object({ id: z.string(), ip: z.string(), description: z.string().default("") }),
  ),
});

const template = z.object({ "default-user": z.string().default("root") });

export type ExoscaleApi = Pick<Api, "get" | "put">;

const isPlain = (text: string): boolean => /^[\x21-\x7e]*$/.test(text);

/** @throws OperateFailure when the environment has no key, or what cannot be one */
export function exoscaleApi(zone: string, env: Env): ExoscaleApi {
  const { EXOSCALE_API_KEY: key = "", EXOSCALE_API_SECRET: secret = "" } = env;
  const missing = [
    ...(key === "" ? ["EXOSCALE_API_KEY"] : []),
    ...(secret === "" ? ["EXOSCALE_API_SECRET"] : []),
  ];
  if (missing.length > 0)
    throw new OperateFailure(
      `no credentials: ${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} not set`,
      "export the key that `pulumi up` uses, or one that may read compute",
    );
  if (!isPlain(key + secret))
    throw new OperateFailure(
      "EXOSCALE_API_KEY or EXOSCALE_API_SECRET holds a space, a line end or a letter of no key",
      "copy it anew",
    );
  const { endpoint, warning } = apiEndpoint(zone, env.EXOSCALE_API_ENDPOINT);
  // Whoever names another endpoint does not mean the real cloud.
  if (warning !== undefined)
    throw new OperateFailure(
      warning.replace(/; using .*/, ""),
      "unset EXOSCALE_API_ENDPOINT, or write the URL of an API v2",
    );
  return createApi({ endpoint, key, secret, nowMs, wallMs: Date.now });
}

/** Reads and checks an answer. @throws OperateFailure with the API's own words */
export async function read<Value>(
  api: Pick<Api, "get">,
  path: string,
  shape: z.ZodType<Value>,
): Promise<Value> {
  const answer = await api.get(path, nowMs() + readMs);
  if (answer.kind !== "done") throw failed(`GET ${path}`, answer);
  return understood(path, answer.value, shape);
}

function understood<Value>(path: string, answer: unknown, shape: z.ZodType<Value>): Value {
  const value = shape.safeParse(answer);
  if (value.success) return value.data;
  throw new OperateFailure(
    `GET ${path}: the answer is not understood`,
    "is the endpoint Exoscale's API v2?",
  );
}

export function failed(call: string, trouble: Trouble | Extract<Moved, { kind: "pending" }>) {
  return new OperateFailure(`${call}: ${trouble.message}`, fixFor(trouble));
}

function fixFor(trouble: Trouble | Extract<Moved, { kind: "pending" }>): string {
  if (trouble.kind === "pending") return "look in the console what became of it";
  if (trouble.kind === "refused" && trouble.why === "auth")
    return "is EXOSCALE_API_KEY with its secret alive, and of this organisation?";
  if (trouble.kind === "refused" && trouble.why === "forbidden")
    return "the key's role must allow this call";
  if (trouble.kind === "refused" && trouble.why === "rate-limited") return "try again in a minute";
  return "is the API reachable from here? its state: https://exoscalestatus.com";
}

export function createExoscale(stack: Stack, zone: string, env: Env): Cloud {
  const api = exoscaleApi(zone, env);
  const change = async (host: CloudHost, verb: "stop" | "start"): Promise<void> => {
    const call = `PUT /instance/${host.id}:${verb}`;
    const beganMs = nowMs();
    const deadlineMs = beganMs + changeMs;
    const sent = await api.put(`/instance/${host.id}:${verb}`, {}, beganMs + readMs);
    if (sent.kind !== "done") throw failed(call, sent);
    const isDropped = (): boolean => false;
    const span = { pollMs: 1000, beganMs, deadlineMs };
    const ended = await finish(sent.value, span, { api, nowMs, isDropped });
    if (ended.kind !== "done") throw failed(call, ended);
  };
  return {
    look: () => look(api, stack),
    holders: (seen, address) => holdersOf(api, seen.hosts, address),
    stop: (host) => change(host, "stop"),
    start: (host) => change(host, "start"),
  };
}

async function look(api: ExoscaleApi, stack: Stack): Promise<Seen> {
  const [{ instances }, addresses] = await Promise.all([
    read(api, "/instance", listed),
    read(api, "/elastic-ip", elasticIps),
  ]);
  const ours = instances.filter(({ labels }) => labels["baton-stack"] === stack.name);
  const users = await usersOf(api, ours);
  const hosts = ours.map((one) => hostOf(one, users));
  const known = stack.addresses.map(({ name, ip }): Omit<CloudAddress, "holders"> => {
    // What the cloud was asked to make has no address in the stack file.
    const found = addresses["elastic-ips"].find((one) =>
      ip === undefined ? one.description === `${name} of ${stack.name}` : one.ip === ip,
    );
    return { name, ip: ip ?? found?.ip, id: found?.id };
  });
  const nameOf = new Map(instances.map(({ id, name }) => [id, name || id]));
  for (const { id, host } of hosts) nameOf.set(id, host);
  const carries = await carriersOf(api, hosts);
  const isHeld = (id: string): boolean => [...carries.values()].some((all) => all.includes(id));
  // Only when nobody of ours holds is the rest of the zone asked: it may be large.
  if (known.some(({ id }) => id !== undefined && !isHeld(id))) {
    const strangers = instances.filter(({ id }) => !hosts.some((host) => host.id === id));
    for (const [id, all] of await carriersOf(api, strangers)) carries.set(id, all);
  }
  const holders = (address: string | undefined): readonly string[] =>
    [...carries].flatMap(([id, all]) =>
      address !== undefined && all.includes(address) ? (nameOf.get(id) ?? id) : [],
    );
  return { hosts, addresses: known.map((one) => ({ ...one, holders: holders(one.id) })) };
}

const hostOf = (one: Listed, users: ReadonlyMap<string, string>): CloudHost => ({
  host: one.labels["baton-host"] ?? one.name,
  id: one.id,
  name: one.name,
  state: one.state,
  running: one.state === "running",
  ip: one["public-ip"],
  user: users.get(one.template?.id ?? "") ?? "root",
});

async function usersOf(api: ExoscaleApi, all: readonly Listed[]): Promise<Map<string, string>> {
  const ids = [...new Set(all.flatMap((one) => one.template?.id ?? []))];
  const users = ids.map(async (id): Promise<[string, string]> => {
    // One that was withdrawn is still what hosts were made of.
    const found = await read(api, `/template/${id}`, template).catch(() => undefined);
    return [id, found?.["default-user"] ?? "root"];
  });
  return new Map(await Promise.all(users));
}

/** Ids of the elastic IPs that instances carry; one that is gone meanwhile carries none. */
async function carriersOf(api: ExoscaleApi, instances: readonly { readonly id: string }[]) {
  const carries = new Map<string, readonly string[]>();
  for (const { id } of instances) {
    const path = `/instance/${id}`;
    const answer = await api.get(path, nowMs() + readMs);
    if (answer.kind === "refused" && answer.why === "not-found") continue;
    if (answer.kind !== "done") throw failed(`GET ${path}`, answer);
    const { "elastic-ips": all } = understood(path, answer.value, carried);
    carries.set(
      id,
      (all ?? []).map((one) => one.id),
    );
    // A large zone is asked gently.
    if (instances.length > 20) await pause(50);
  }
  return carries;
}

async function holdersOf(
  api: ExoscaleApi,
  hosts: readonly CloudHost[],
  address: CloudAddress,
): Promise<readonly string[]> {
  const carries = await carriersOf(api, hosts);
  return hosts.flatMap(({ id, host }) =>
    address.id !== undefined && carries.get(id)?.includes(address.id) ? [host] : [],
  );
}

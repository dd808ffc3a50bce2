/** A stack on Exoscale as a desk sees it, and the changes of a drill. */
import { z } from "zod";
import { finish } from "../agent/cloud/exoscale-operation.ts";
import { addressNote } from "../infra/clouds/exoscale-names.ts";
import { WorldFailure } from "../stack/failure.ts";
import type { Stack } from "../stack/stack.ts";
import type { Cloud, CloudAddress, CloudHost, Holders, Seen } from "./cloud.ts";
import {
  type Env,
  type ExoscaleApi,
  exoscaleApi,
  failed,
  nobody,
  nowMs,
  read,
  readMs,
  understood,
} from "./exoscale-api.ts";

/** Starting an instance takes a minute or two; more is a fault of the cloud. */
const changeMs = 300_000;

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

export function createExoscale(stack: Stack, zone: string, env: Env): Cloud {
  const api = exoscaleApi(zone, env);
  const change = async (host: CloudHost, verb: "stop" | "start"): Promise<void> => {
    const call = `PUT /instance/${host.id}:${verb}`;
    const beganMs = nowMs();
    const deadlineMs = beganMs + changeMs;
    const sent = await api.put(`/instance/${host.id}:${verb}`, {}, beganMs + readMs);
    if (sent.kind !== "done") throw failed(call, sent);
    const isDropped = (): boolean => false;
    const span = { waitMs: () => 1000, beganMs, deadlineMs };
    const ended = await finish(sent.value, span, { api, nowMs, isDropped });
    if (ended.kind !== "done") throw failed(call, ended);
  };
  const mustBeStartable = async (): Promise<void> => {
    const dry = await api.put(`/instance/${nobody}:start`, {}, nowMs() + readMs);
    if (dry.kind === "refused" && (dry.why === "forbidden" || dry.why === "auth"))
      throw new WorldFailure(
        `this key may not start instances: ${dry.message}`,
        "nothing was touched; its role must allow start-instance",
      );
  };
  // A template's user never changes: however often is looked, it is read once.
  const users = new Map<string, string>();
  return {
    look: () => look(api, stack, users),
    holders: (seen) => holdersOf(api, seen),
    stop: async (host) => {
      await mustBeStartable();
      await change(host, "stop");
    },
    start: (host) => change(host, "start"),
  };
}

async function look(api: ExoscaleApi, stack: Stack, users: Map<string, string>): Promise<Seen> {
  const [{ instances }, addresses] = await Promise.all([
    read(api, "/instance", listed),
    read(api, "/elastic-ip", elasticIps),
  ]);
  const ours = instances.filter(({ labels }) => labels["baton-stack"] === stack.name);
  const known = stack.addresses.map(({ name, ip }): Omit<CloudAddress, "holders"> => {
    // What the cloud was asked to make has no address in the stack file.
    const found = addresses["elastic-ips"].find((one) =>
      ip === undefined ? one.description === addressNote(name, stack) : one.ip === ip,
    );
    return { name, ip: ip ?? found?.ip, id: found?.id };
  });
  const [carries] = await Promise.all([carriersOf(api, ours, 8), learnUsers(api, ours, users)]);
  const hosts = ours.map((one) => hostOf(one, users));
  mustDiffer(hosts);
  const isHeld = (id: string): boolean => [...carries.values()].some((all) => all.includes(id));
  // Only when nobody of ours holds is the rest of the zone asked, gently: it may be large.
  if (known.some(({ id }) => id !== undefined && !isHeld(id))) {
    const strangers = instances.filter((one) => !ours.includes(one));
    for (const [id, all] of await carriersOf(api, strangers, 3)) carries.set(id, all);
  }
  const nameOf = new Map(instances.map(({ id, name }) => [id, name || id]));
  for (const { id, host } of hosts) nameOf.set(id, host);
  const holders = (address: string | undefined): readonly string[] =>
    instances.flatMap(({ id }) =>
      address !== undefined && carries.get(id)?.includes(address) ? (nameOf.get(id) ?? id) : [],
    );
  return { hosts, addresses: known.map((one) => ({ ...one, holders: holders(one.id) })) };
}

/**
 * Whoever may make and label instances can make one that passes for a host of the stack.
 * @throws WorldFailure where two that run do
 */
function mustDiffer(hosts: readonly CloudHost[]): void {
  const running = Map.groupBy(
    hosts.filter((one) => one.running),
    ({ host }) => host,
  );
  for (const [host, all] of running)
    if (all.length > 1)
      throw new WorldFailure(
        `${all.length} instances say by their labels that they are ${host}: ${all.map(({ id }) => id).join(", ")}`,
        "nothing was touched; find out who made the second one, and delete or relabel it",
      );
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

const isGone = (answer: Awaited<ReturnType<ExoscaleApi["get"]>>): boolean =>
  answer.kind === "refused" && answer.why === "not-found";

/** Who logs in, by template; one that was withdrawn is still what hosts were made of. */
async function learnUsers(
  api: ExoscaleApi,
  instances: readonly Listed[],
  users: Map<string, string>,
): Promise<void> {
  const ids = new Set(instances.flatMap((one) => one.template?.id ?? []));
  const unknown = [...ids].filter((id) => !users.has(id));
  await Promise.all(
    unknown.map(async (id) => {
      const answer = await api.get(`/template/${id}`, nowMs() + readMs);
      const found = answer.kind === "done" ? template.safeParse(answer.value).data : undefined;
      if (found || isGone(answer)) users.set(id, found?.["default-user"] ?? "root");
    }),
  );
}

/**
 * Ids of the elastic IPs that instances carry, which no list tells; one that is gone meanwhile
 * carries none.
 * @param atOnce how many are asked at the same time
 */
async function carriersOf(
  api: ExoscaleApi,
  instances: readonly { readonly id: string }[],
  atOnce: number,
): Promise<Map<string, readonly string[]>> {
  const carries = new Map<string, readonly string[]>();
  const waiting = [...instances];
  const askAll = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { id } = next;
      const path = `/instance/${id}`;
      const answer = await api.get(path, nowMs() + readMs);
      if (isGone(answer)) continue;
      if (answer.kind !== "done") throw failed(`GET ${path}`, answer);
      const { "elastic-ips": all } = understood(path, answer.value, carried);
      carries.set(
        id,
        (all ?? []).map((one) => one.id),
      );
    }
  };
  await Promise.all(Array.from({ length: atOnce }, askAll)).finally(() => {
    // After a failure there is nothing left to ask for.
    waiting.length = 0;
  });
  return carries;
}

async function holdersOf(api: ExoscaleApi, { hosts, addresses }: Seen): Promise<Holders> {
  const carries = await carriersOf(api, hosts, 8);
  const by = ({ id: address }: CloudAddress): readonly string[] =>
    hosts.flatMap(({ id, host }) =>
      address !== undefined && carries.get(id)?.includes(address) ? host : [],
    );
  return new Map(addresses.map((one) => [one.name, by(one)]));
}

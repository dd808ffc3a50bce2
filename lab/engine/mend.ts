/**
 * What an engine that was ended half-way leaves behind: a lock, operations that its state calls
 * pending, and objects in the cloud that no state knows. Another `up` would make them twice.
 */
import { setTimeout as pause } from "node:timers/promises";
import { WorldFailure } from "../../stack/failure.ts";
import { type Api, createApi } from "../plugins/exoscale/api.ts";
import { resourceOf } from "../plugins/exoscale/provider.ts";
import { type Fields, objectsOf, textOf } from "../plugins/exoscale/values.ts";
import type { Ended } from "./run.ts";
import { succeeded } from "./workspace.ts";

export type Broken = {
  /** Runs the engine on the stack. */
  readonly pulumi: (...args: readonly string[]) => Promise<Ended>;
  /** Processes that have locked the stack, dead ones too. */
  readonly lockedBy: () => readonly number[];
  readonly cloud: { readonly endpoint: string; readonly key: string; readonly secret: string };
};

type Recorded = {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Fields;
};

type Exported = {
  readonly deployment?: {
    readonly resources?: readonly Recorded[];
    readonly pending_operations?: readonly {
      readonly type: string;
      readonly resource: Recorded;
    }[];
  };
};

/**
 * Puts a stack in order before it is updated again; does nothing where all is well.
 * @throws WorldFailure when another engine is at work on it, or the cloud does not let it
 */
export async function mend({ pulumi, lockedBy, cloud }: Broken): Promise<void> {
  const holders = lockedBy();
  const alive = holders.find(isAlive);
  if (alive !== undefined)
    throw new WorldFailure(`process ${alive} is at work on this stack`, "wait for it, or end it");
  if (holders.length > 0) succeeded(await pulumi("cancel", "--yes"), "pulumi cancel");
  const { stdout } = succeeded(await pulumi("stack", "export"), "pulumi stack export");
  const { resources = [], pending_operations: pending = [] } =
    (JSON.parse(stdout) as Exported).deployment ?? {};
  if (pending.length === 0) return;
  const api = createApi({ ...cloud, pollMs: 100 });
  const recorded = new Set(resources.map(({ type, id }) => `${type} ${id}`));
  for (const { type, resource } of pending)
    if (type === "creating") await removeOrphans(api, resource, recorded);
  // What was being changed or removed is as the cloud says it is.
  const args = ["--yes", "--skip-preview", "--clear-pending-creates"];
  succeeded(await pulumi("refresh", ...args), "pulumi refresh");
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process cannot be signalled, and lives.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** What was asked for may be on its way for a while, as long as an operation takes. */
const patienceMs = 3000;

async function removeOrphans(
  api: Api,
  wanted: Recorded,
  recorded: ReadonlySet<string>,
): Promise<void> {
  const { type, inputs = {} } = wanted;
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += 250) {
    const found = (await alike(api, type, inputs)).filter((id) => !recorded.has(`${type} ${id}`));
    for (const id of found) await resourceOf(type).remove(api, id, inputs);
    if (found.length > 0) return;
    await pause(250);
  }
}

/** Where the API lists the objects of a type, under which name, and what their ids are called. */
const lists: Readonly<Record<string, readonly [string, string, string]>> = {
  antiAffinityGroup: ["/anti-affinity-group", "anti-affinity-groups", "id"],
  computeInstance: ["/instance", "instances", "id"],
  elasticIp: ["/elastic-ip", "elastic-ips", "id"],
  iamApiKey: ["/api-key", "api-keys", "key"],
  iamRole: ["/iam-role", "iam-roles", "id"],
  privateNetwork: ["/private-network", "private-networks", "id"],
  securityGroup: ["/security-group", "security-groups", "id"],
  sshKey: ["/ssh-key", "ssh-keys", "name"],
};

/** The ids of what the inputs may have become. */
async function alike(api: Api, type: string, inputs: Fields): Promise<readonly string[]> {
  const kind = /^exoscale:index\/(\w+):/.exec(type)?.[1] ?? "";
  if (kind === "securityGroupRule") {
    const group = await api.find(`/security-group/${textOf(inputs.securityGroupId)}`);
    return objectsOf(group?.rules).map(({ id }) => textOf(id));
  }
  const [path, list, id] = lists[kind] ?? [];
  if (path === undefined || list === undefined || id === undefined) return [];
  // An elastic IP has no name; names of security groups come back in lower case.
  const by = inputs.name === undefined ? "description" : "name";
  const said = (fields: Fields): string => textOf(fields[by]).toLowerCase();
  return objectsOf((await api.get(path))[list])
    .filter((one) => said(one) === said(inputs))
    .map((one) => textOf(one[id]));
}

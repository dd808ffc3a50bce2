/**
 * Checks of Exoscale's answers before anything believes them. Each gives what the agent needs, or
 * nothing when the answer is not what the API's document says.
 */
import type { CloudInstance } from "./cloud.ts";

export type ListedInstance = CloudInstance & {
  readonly labels: Readonly<Record<string, string>>;
  /** Ids and, in lists, names of its security groups. */
  readonly groups: readonly string[];
  readonly holds: readonly string[];
};

export type Operation = {
  readonly id: string;
  readonly state: "pending" | "success" | "failure" | "timeout";
  readonly reason: string;
};

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A text field; absent and null are the empty text, anything else is wrong. */
const textOf = (value: unknown): string | undefined =>
  value === undefined || value === null ? "" : typeof value === "string" ? value : undefined;

/** Each item as read by `item`; nothing when one is wrong. An absent list is empty. */
function listOf<T>(value: unknown, item: (value: unknown) => T | undefined): T[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const items: T[] = [];
  for (const one of value) {
    const read = item(one);
    if (read === undefined) return undefined;
    items.push(read);
  }
  return items;
}

const idOf = (value: unknown): string | undefined =>
  (isFields(value) && textOf(value.id)) || undefined;

/** An item of the list of instances, or the answer about one. */
export function instanceOf(value: unknown): ListedInstance | undefined {
  const id = idOf(value);
  if (!isFields(value) || id === undefined) return undefined;
  const state = textOf(value.state);
  const groups = listOf(value["security-groups"], (group) => {
    const groupId = idOf(group);
    return groupId === undefined || !isFields(group)
      ? undefined
      : [groupId, textOf(group.name) ?? ""];
  });
  const holds = listOf(value["elastic-ips"], idOf);
  const ip = textOf(value["public-ip"]);
  const ipv6 = textOf(value["ipv6-address"]);
  if (!state || !groups || !holds || ip === undefined || ipv6 === undefined) return undefined;
  return {
    id,
    name: textOf(value.name) ?? "",
    state,
    running: isRunning(state),
    ips: [ip, ipv6].filter((one) => one !== ""),
    labels: labelsOf(value.labels),
    groups: ([] as string[]).concat(...groups).filter((one) => one !== ""),
    holds,
  };
}

/** None of these is known to be dead: one that shuts down in order still serves, and hands over. */
export const isRunning = (state: string): boolean =>
  ["running", "migrating", "starting", "stopping"].includes(state);

function labelsOf(value: unknown): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  if (isFields(value))
    for (const [name, text] of Object.entries(value))
      if (typeof text === "string") labels[name] = text;
  return labels;
}

export const instancesOf = (value: unknown): readonly ListedInstance[] | undefined =>
  isFields(value) && Array.isArray(value.instances)
    ? listOf(value.instances, instanceOf)
    : undefined;

/** Ids of elastic IPs by address. */
export function elasticIpsOf(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isFields(value) || !Array.isArray(value["elastic-ips"])) return undefined;
  const ids: Record<string, string> = {};
  for (const one of value["elastic-ips"]) {
    const id = idOf(one);
    const ip: unknown = isFields(one) ? one.ip : undefined;
    if (id === undefined || typeof ip !== "string") return undefined;
    ids[ip] = id;
  }
  return ids;
}

const states: readonly Operation["state"][] = ["pending", "success", "failure", "timeout"];

/** The answer to every change, and to the question what became of it. */
export function operationOf(value: unknown): Operation | undefined {
  const id = idOf(value);
  if (!isFields(value) || id === undefined) return undefined;
  const state = states.find((one) => one === value.state);
  return state === undefined ? undefined : { id, state, reason: textOf(value.reason) ?? "" };
}

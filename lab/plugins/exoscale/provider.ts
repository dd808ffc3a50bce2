/** The stand-in as the engine's protocol asks it: resources by type, each call as plain data. */
import { randomBytes } from "node:crypto";
import { iamApiKey, iamRole, sshKey } from "./access.ts";
import { elasticIp, privateNetwork } from "./address.ts";
import type { Api } from "./api.ts";
import { functions } from "./functions.ts";
import { antiAffinityGroup, securityGroup, securityGroupRule } from "./group.ts";
import { computeInstance } from "./instance.ts";
import { isUnknown, type Plan, planned, type Resource, unknown } from "./resource.ts";
import type { Fields } from "./values.ts";

/** The release of the provider whose rules are followed. */
export const version = "0.66.1";

const resources: Readonly<Record<string, Resource>> = {
  antiAffinityGroup,
  computeInstance,
  elasticIp,
  iamApiKey,
  iamRole,
  privateNetwork,
  securityGroup,
  securityGroupRule,
  sshKey,
};

/** By the type's token, `exoscale:index/sshKey:SshKey`. */
export function resourceOf(type: string): Resource {
  const name = /^exoscale:index\/(\w+):/.exec(type)?.[1] ?? "";
  const found = Object.hasOwn(resources, name) ? resources[name] : undefined;
  if (found === undefined) throw new Error(`it has no resource ${type}`);
  return found;
}

export type Checked = {
  readonly inputs: Fields;
  readonly failures: readonly { readonly property: string; readonly reason: string }[];
};

/** Defaults and names go into the inputs; what was named by us before keeps its name. */
export function check(type: string, name: string, olds: Fields, news: Fields): Checked {
  const resource = resourceOf(type);
  const { properties } = resource;
  const inputs: Record<string, unknown> = { ...news };
  for (const [property, { default: value }] of Object.entries(properties))
    if (inputs[property] === undefined && value !== undefined) inputs[property] = value;
  if ("name" in properties && inputs.name === undefined)
    inputs.name = olds.name ?? `${name}-${randomBytes(4).toString("hex").slice(0, 7)}`;
  const missing = Object.entries(properties)
    .filter(([property, { required }]) => required === true && inputs[property] === undefined)
    .map(([property]) => ({ property, reason: "Missing required argument" }));
  const foreign = Object.keys(news)
    .filter((property) => !(property in properties) && !property.startsWith("__"))
    .map((property) => ({ property, reason: "An argument of this name is not expected here" }));
  return { inputs, failures: [...missing, ...foreign, ...(resource.check?.(inputs) ?? [])] };
}

export type Difference = { readonly name: string; readonly how: "add" | "delete" | "update" };

export type Diff = {
  readonly changed: readonly Difference[];
  readonly replaces: readonly string[];
};

export function diff(type: string, olds: Fields, news: Fields, ignored: readonly string[]): Diff {
  const resource = resourceOf(type);
  const plan = planned(resource, olds, news, ignored);
  const changed = [...plan.changed].map((name): Difference => {
    if (news[name] === undefined) return { name, how: "delete" };
    return { name, how: olds[name] === undefined ? "add" : "update" };
  });
  const replaces = changed
    .map(({ name }) => name)
    .filter((name) => resource.properties[name]?.replaces === true);
  return { changed, replaces };
}

export type State = { readonly id: string; readonly state: Fields };

/** Before anything is made: what only the cloud will know is unknown. */
export function foreseen(type: string, inputs: Fields): Fields {
  const { properties, outputs } = resourceOf(type);
  const computed = Object.keys(properties).filter(
    (name) => properties[name]?.computed === true && inputs[name] === undefined,
  );
  const later = [...outputs, ...computed].map((name) => [name, unknown]);
  return { ...inputs, ...Object.fromEntries(later) };
}

/** Something was made, and is not as it should be: the engine has to know it all the same. */
export class HalfMade extends Error {
  readonly id: string;
  readonly state: Fields;
  readonly secrets: readonly string[];

  constructor(id: string, state: Fields, secrets: readonly string[], cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause));
    this.id = id;
    this.state = state;
    this.secrets = secrets;
  }
}

/** @throws HalfMade */
export async function create(api: Api, type: string, inputs: Fields): Promise<State> {
  const resource = resourceOf(type);
  const { id, told, finish } = await resource.create(api, inputs);
  const known = { ...inputs, ...told };
  try {
    await finish?.();
    const state = await resource.read(api, id, known);
    if (state === undefined) throw new Error(`${type} ${id} was made and then not found`);
    return { id, state };
  } catch (error) {
    throw new HalfMade(id, known, resource.secrets ?? [], error);
  }
}

export async function update(
  api: Api,
  type: string,
  id: string,
  olds: Fields,
  plan: Pick<Plan, "news" | "changed">,
): Promise<Fields> {
  const resource = resourceOf(type);
  if (plan.changed.size > 0) await resource.update?.(api, id, { olds, ...plan });
  const state = await resource.read(api, id, { ...olds, ...plan.news });
  if (state === undefined) throw new Error(`${type} ${id} is gone`);
  return state;
}

export type Seen = State & { readonly inputs: Fields };

/** @param inputs as they were given; of an import there are none, and all are told */
export async function read(
  api: Api,
  type: string,
  id: string,
  state: Fields,
  inputs: Fields,
): Promise<Seen | undefined> {
  const resource = resourceOf(type);
  // `ID@ZONE` is how the provider imports what belongs to a zone.
  const [bare = "", zone] = id.split("@");
  const before = zone === undefined ? state : { ...state, zone };
  const after = await resource.read(api, bare, before);
  if (after === undefined) return undefined;
  const imported = Object.keys(state).length === 0;
  const names = imported ? Object.keys(resource.properties) : Object.keys(inputs);
  const seen = names.flatMap((name) => {
    const value = name in resource.properties ? (after[name] ?? inputs[name]) : inputs[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { id: bare, state: after, inputs: Object.fromEntries(seen) };
}

export async function remove(api: Api, type: string, id: string, state: Fields): Promise<void> {
  await resourceOf(type).remove(api, id, state);
}

export async function invoke(api: Api, token: string, asked: Fields): Promise<Fields> {
  const name = /^exoscale:index\/(\w+):/.exec(token)?.[1] ?? "";
  const invoked = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (invoked === undefined) throw new Error(`it has no function ${token}`);
  return isUnknown(asked) ? {} : await invoked(api, asked);
}

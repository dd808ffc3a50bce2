/** The changes that a world can undergo, as data: they wait in operations, and on disk. */
import type {
  Instance,
  InstanceState,
  PrivateLink,
  Rule,
  SecurityGroup,
  Tables,
  World,
} from "./world.ts";

export type Table = keyof Tables;

/** A new object, or other fields of one; each table has its own kind of object. */
type Written = {
  readonly [T in Table]:
    | {
        readonly kind: "make";
        readonly table: T;
        readonly id: string;
        readonly as: Tables[T][string];
      }
    | {
        readonly kind: "set";
        readonly table: T;
        readonly id: string;
        readonly to: Partial<Tables[T][string]>;
      };
}[Table];

type OfGroup =
  | { readonly kind: "add-rule"; readonly group: string; readonly rule: Rule }
  | { readonly kind: "drop-rule"; readonly group: string; readonly id: string }
  | { readonly kind: "add-source" | "drop-source"; readonly group: string; readonly cidr: string };

type OfInstance =
  | { readonly kind: "attach" | "detach"; readonly elasticIp: string; readonly instance: string }
  | { readonly kind: "state"; readonly instance: string; readonly state: InstanceState }
  | { readonly kind: "join"; readonly instance: string; readonly link: PrivateLink }
  | { readonly kind: "leave"; readonly instance: string; readonly network: string }
  | { readonly kind: "enter" | "exit"; readonly instance: string; readonly member: string };

export type Change =
  | OfInstance
  | OfGroup
  | Written
  | { readonly kind: "remove"; readonly table: Table; readonly id: string };

/** The instance that a change is made to, if it is one's: its changes happen one after another. */
export function subjectOf(change: Change): string | undefined {
  if ("instance" in change) return change.instance;
  return "table" in change && change.table === "instances" ? change.id : undefined;
}

/** A change that is so already, and one to what is gone, leave the world as it is. */
export function changed(world: World, change: Change): World {
  switch (change.kind) {
    case "make":
      return withObject(world, change.table, change.id, change.as);
    case "set": {
      const object = world[change.table][change.id];
      if (object === undefined) return world;
      return withObject(world, change.table, change.id, { ...object, ...change.to });
    }
    case "remove": {
      const { [change.id]: gone, ...others } = world[change.table];
      return gone === undefined ? world : { ...world, [change.table]: others };
    }
    case "add-rule":
    case "drop-rule":
    case "add-source":
    case "drop-source": {
      const group = world.securityGroups[change.group];
      if (group === undefined) return world;
      return withObject(world, "securityGroups", group.id, changedGroup(group, change));
    }
    default: {
      const instance = world.instances[change.instance];
      const next = instance === undefined ? undefined : changedInstance(instance, change);
      if (next === undefined || next === instance) return world;
      return { ...world, instances: { ...world.instances, [next.id]: next } };
    }
  }
}

const withObject = (world: World, table: Table, id: string, object: object): World => ({
  ...world,
  [table]: { ...world[table], [id]: object },
});

function changedGroup(group: SecurityGroup, change: OfGroup): SecurityGroup {
  const { rules = [], externalSources = [] } = group;
  switch (change.kind) {
    case "add-rule":
      return { ...group, rules: [...rules, change.rule] };
    case "drop-rule":
      return { ...group, rules: rules.filter(({ id }) => id !== change.id) };
    case "add-source":
      return { ...group, externalSources: [...new Set([...externalSources, change.cidr])] };
    case "drop-source":
      return { ...group, externalSources: externalSources.filter((one) => one !== change.cidr) };
  }
}

function changedInstance(instance: Instance, change: OfInstance): Instance {
  const { privateNetworks = [] } = instance;
  switch (change.kind) {
    case "attach":
    case "detach": {
      const elasticIps = listed(instance.elasticIps, change.elasticIp, change.kind === "attach");
      return elasticIps === instance.elasticIps ? instance : { ...instance, elasticIps };
    }
    case "enter":
    case "exit": {
      const groups = listed(instance.securityGroups, change.member, change.kind === "enter");
      return groups === instance.securityGroups
        ? instance
        : { ...instance, securityGroups: groups };
    }
    case "state":
      return { ...instance, state: change.state };
    case "join":
      return {
        ...instance,
        privateNetworks: [...without(privateNetworks, change.link.network), change.link],
      };
    case "leave":
      return { ...instance, privateNetworks: without(privateNetworks, change.network) };
  }
}

/** The same list where nothing changes. */
function listed(ids: readonly string[], id: string, present: boolean): readonly string[] {
  if (ids.includes(id) === present) return ids;
  return present ? [...ids, id] : ids.filter((one) => one !== id);
}

const without = (links: readonly PrivateLink[], network: string): readonly PrivateLink[] =>
  links.filter((link) => link.network !== network);

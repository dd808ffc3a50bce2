/** What a change of the world means to the machines and networks below: for the lab's fabric. */
import type { Change } from "./change.ts";
import { type FilterRule, filterOf } from "./filter.ts";
import { holdersIn, type Instance, type PrivateLink, type World } from "./world.ts";

/** Stages of an instance's life, each told when it begins. */
export type Stage =
  | "created"
  | "starting"
  | "running"
  | "stopping"
  | "stopped"
  | "rebooting"
  | "destroying"
  | "deleted";

export type Happening =
  /** With all that it was made of, its user-data too. */
  | { readonly kind: "instance"; readonly stage: Stage; readonly instance: Instance }
  | { readonly kind: "joined"; readonly instance: string; readonly link: PrivateLink }
  | { readonly kind: "left"; readonly instance: string; readonly network: string }
  /** All rules that hold for the instance from now on. */
  | { readonly kind: "filter"; readonly instance: string; readonly rules: readonly FilterRule[] }
  /** Others hold the address from now on. */
  | { readonly kind: "holders"; readonly elasticIp: string; readonly holders: readonly string[] };

export function happenings(before: World, after: World, change: Change): readonly Happening[] {
  switch (change.kind) {
    case "attach":
    case "detach":
      return [holders(after, change.elasticIp)];
    case "state":
      return staged(before, after, change.instance);
    case "join": {
      const { instance, link } = change;
      return [{ kind: "joined", instance, link }];
    }
    case "leave":
      return [{ kind: "left", instance: change.instance, network: change.network }];
    case "make":
    case "remove":
      return change.table === "instances"
        ? [...staged(before, after, change.id), ...lost(before, after), ...filters(before, after)]
        : filters(before, after);
    case "set":
      return [];
    default:
      return filters(before, after);
  }
}

const holders = (world: World, elasticIp: string): Happening => ({
  kind: "holders",
  elasticIp,
  holders: holdersIn(world, elasticIp),
});

function staged(before: World, after: World, id: string): readonly Happening[] {
  const was = before.instances[id];
  const is = after.instances[id];
  const stage = stageOf(was, is);
  const instance = is ?? was;
  if (stage === undefined || instance === undefined) return [];
  return [{ kind: "instance", stage, instance }];
}

function stageOf(was: Instance | undefined, is: Instance | undefined): Stage | undefined {
  if (is === undefined) return "deleted";
  if (was === undefined) return "created";
  if (was.state === is.state) return undefined;
  switch (is.state) {
    case "starting":
    case "running":
    case "stopping":
    case "stopped":
    case "destroying":
      return is.state;
    default:
      return undefined;
  }
}

/** An instance that is gone holds no address any more. */
const lost = (before: World, after: World): readonly Happening[] =>
  Object.keys(after.elasticIps)
    .filter((id) => holdersIn(before, id).length !== holdersIn(after, id).length)
    .map((id) => holders(after, id));

/** Rules reach as far as groups do: an instance that comes or goes changes its peers' rules too. */
function filters(before: World, after: World): readonly Happening[] {
  return Object.keys(after.instances).flatMap((instance): readonly Happening[] => {
    const rules = filterOf(after, instance);
    const same =
      instance in before.instances &&
      JSON.stringify(filterOf(before, instance)) === JSON.stringify(rules);
    return same ? [] : [{ kind: "filter", instance, rules }];
  });
}

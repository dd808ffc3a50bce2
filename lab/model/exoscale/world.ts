/**
 * What exists in one zone, and the changes it can undergo. A world is never altered: each change
 * gives a new one, so that earlier worlds stay to be shown to a read that lags.
 */

export type InstanceState =
  | "starting"
  | "running"
  | "stopping"
  | "stopped"
  | "migrating"
  | "error"
  | "expunging"
  | "destroying"
  | "destroyed";

export type Instance = {
  readonly id: string;
  readonly name: string;
  readonly state: InstanceState;
  readonly publicIp: string;
  readonly ipv6Address?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Ids of groups. */
  readonly securityGroups: readonly string[];
  readonly antiAffinityGroups: readonly string[];
  /** Ids of the elastic IPs attached; one address may be attached to several instances. */
  readonly elasticIps: readonly string[];
  readonly createdAt: string;
};

export type ElasticIp = {
  readonly id: string;
  readonly ip: string;
  readonly family: "inet4" | "inet6";
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
};

export type Group = { readonly id: string; readonly name: string; readonly description: string };

type ById<T> = Readonly<Record<string, T>>;

export type World = {
  readonly zone: string;
  /** What `GET /zone` names as the zone's own base, with `/v2`. */
  readonly apiEndpoint: string;
  readonly instances: ById<Instance>;
  readonly elasticIps: ById<ElasticIp>;
  readonly securityGroups: ById<Group>;
  readonly antiAffinityGroups: ById<Group>;
};

export type Change =
  | { readonly kind: "attach" | "detach"; readonly elasticIp: string; readonly instance: string }
  | { readonly kind: "state"; readonly instance: string; readonly state: InstanceState };

/** The instances that traffic to the address is spread over now, dead ones too: the truth. */
export function holdersIn(world: World, elasticIp: string): readonly string[] {
  return Object.values(world.instances)
    .filter((instance) => instance.elasticIps.includes(elasticIp))
    .map((instance) => instance.id);
}

/** A change that is so already, and one to an instance that is gone, leave the world as it is. */
export function changed(world: World, change: Change): World {
  const instance = world.instances[change.instance];
  const next = instance === undefined ? undefined : changedInstance(instance, change);
  if (next === undefined || next === instance) return world;
  return { ...world, instances: { ...world.instances, [next.id]: next } };
}

function changedInstance(instance: Instance, change: Change): Instance {
  switch (change.kind) {
    case "attach":
      return instance.elasticIps.includes(change.elasticIp)
        ? instance
        : { ...instance, elasticIps: [...instance.elasticIps, change.elasticIp] };
    case "detach":
      return instance.elasticIps.includes(change.elasticIp)
        ? { ...instance, elasticIps: instance.elasticIps.filter((id) => id !== change.elasticIp) }
        : instance;
    case "state":
      return { ...instance, state: change.state };
  }
}

/**
 * Turns what happens in the cloud's model into machines and wires: a created instance boots, an
 * attached address is routed, a rule of a group filters. One queue for each subject keeps the
 * order in which the cloud did things, and lets hosts boot side by side.
 */

import type { Stack } from "../../stack/stack.ts";
import type { Fabric } from "../fabric/fabric.ts";
import type { FilterRule, HostSpec } from "../fabric/state.ts";
import type { CloudEvent } from "../model/exoscale/cloud.ts";
import type { FilterRule as CloudRule } from "../model/exoscale/filter.ts";
import type { Stage } from "../model/exoscale/happenings.ts";
import type { Instance, World } from "../model/exoscale/world.ts";
import { flavourOf, namesOf, privateLink, publicLink } from "./naming.ts";

export type Machines = {
  readonly take: (event: CloudEvent) => void;
  /** Waits until all that the cloud has said so far is done. */
  readonly settled: () => Promise<void>;
  /** When the router had the new holders of an address, by operation: Unix milliseconds. */
  readonly routed: ReadonlyMap<string, number>;
};

export type MachinesOptions = {
  readonly fabric: Fabric;
  readonly stack: Stack;
  readonly world: () => World;
  /** Told of all instances before one of them boots, so that it finds its user-data. */
  readonly publish: (world: World) => void;
  /** What the machines could not do as the cloud said. */
  readonly onTrouble: (error: unknown) => void;
};

export function machinesOf(options: MachinesOptions): Machines {
  const { fabric, world, publish, onTrouble } = options;
  const queues = new Map<string, Promise<void>>();
  /** Instances that have a machine, and when it is there; the cloud knows them a while longer. */
  const alive = new Map<string, Promise<void> | undefined>();
  const routed = new Map<string, number>();
  const inTurn = (subject: string, work: () => Promise<unknown>): void => {
    const before = queues.get(subject) ?? Promise.resolve();
    const now = before.then(work).then(() => {}, onTrouble);
    queues.set(subject, now);
  };
  const take = (event: CloudEvent): void => {
    switch (event.kind) {
      case "instance": {
        const { stage, instance } = event;
        if (stage === "destroying") alive.delete(instance.id);
        publish(world());
        inTurn("names", () => fabric.setNames(namesOf(options.stack, world())));
        inTurn(instance.id, () => live(options, stage, instance));
        if (stage === "created") alive.set(instance.id, queues.get(instance.id));
        return;
      }
      case "filter":
        if (alive.has(event.instance))
          inTurn(event.instance, () => fabric.setRules(event.instance, rulesOf(event.rules)));
        return;
      case "holders": {
        const { elasticIp, by } = event;
        const ip = world().elasticIps[elasticIp]?.ip;
        if (ip === undefined) return;
        inTurn(ip, async () => {
          await Promise.all(event.holders.map((id) => alive.get(id)));
          const holders = event.holders.filter((id) => alive.has(id));
          await fabric.setHolders(ip, holders);
          if (by !== "person") routed.set(by.operation, Date.now());
        });
        return;
      }
      case "joined":
        inTurn(event.instance, () => {
          const { network } = event.link;
          const name = world().privateNetworks[network]?.name ?? network;
          return fabric.attachPrivate(event.instance, network, privateLink(options.stack, name));
        });
        return;
      case "left":
        if (alive.has(event.instance))
          inTurn(event.instance, () => fabric.detachPrivate(event.instance, event.network));
    }
  };
  const settled = async (): Promise<void> => {
    await Promise.all(queues.values());
  };
  return { take, settled, routed };
}

async function live({ fabric, stack, world }: MachinesOptions, stage: Stage, instance: Instance) {
  const { id } = instance;
  switch (stage) {
    case "created":
      return fabric.createHost(specOf(stack, world(), instance));
    case "starting":
      return fabric.startHost(id);
    case "stopping":
      return fabric.stopHost(id);
    case "stopped":
      // Of one that was stopped in order, nothing is left to do.
      return fabric.isOn(id) ? fabric.powerOff(id) : undefined;
    case "rebooting":
      return fabric.rebootHost(id);
    case "destroying":
      return fabric.deleteHost(id);
    case "running":
    case "deleted":
      return undefined;
  }
}

const specOf = (stack: Stack, world: World, instance: Instance): HostSpec => ({
  id: instance.id,
  name: instance.name,
  ip: instance.publicIp ?? "",
  mac: instance.make?.macAddress ?? "",
  flavour: flavourOf(world, instance),
  ...userOf(world, instance),
  links: [{ name: publicLink(stack), kind: "public" }],
});

function userOf(world: World, { make }: Instance): Pick<HostSpec, "user"> {
  const user = world.templates[make?.template ?? ""]?.defaultUser;
  return user === undefined ? {} : { user };
}

/** The fabric carries IPv4, and lets everything out: so do groups without egress rules. */
const rulesOf = (rules: readonly CloudRule[]): readonly FilterRule[] =>
  rules.flatMap(({ flow, protocol, from, ...rule }) => {
    const isCarried = !("cidr" in from && from.cidr.includes(":"));
    if (flow === "egress" || protocol === "icmpv6" || !isCarried) return [];
    return [{ ...rule, protocol, from }];
  });

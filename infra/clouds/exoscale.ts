/**
 * A stack on Exoscale. First what user-data has to know, then the verdict whether the load balancers
 * may change, then everything else: so a refused update has changed no host.
 */
import * as pulumi from "@pulumi/pulumi";
import { type Host, hostsOf, type Stack } from "../../stack/stack.ts";
import { type Facts, noFacts } from "../../user-data/facts.ts";
import type { Size } from "../../user-data/size.ts";
import type { UserData } from "../../user-data/user-data.ts";
import { type Given, hostUserData } from "../host-user-data.ts";
import { childUrn, type LastDeployment, lastDeployment, type Outputs } from "../last-deployment.ts";
import { stop } from "../problem.ts";
import { changedIn, judge, type NodeChange } from "../replacement.ts";
import { settled } from "../settled.ts";
import type { Secrets } from "../sources.ts";
import { type MadeFacts, makeFacts, type Place } from "./exoscale-facts.ts";
import { makeFirewall } from "./exoscale-firewall.ts";
import {
  makeAntiAffinity,
  makeInstance,
  makeNetworks,
  makeSshKeys,
  sshKeyName,
} from "./exoscale-hosts.ts";
import { findImages, type Image, imageName } from "./exoscale-images.ts";
import {
  type InstancePlan,
  planInstance,
  plannedProperties,
  recordedProperties,
  textsOf,
} from "./exoscale-plan.ts";
import type * as exoscale from "./exoscale-resources.ts";

const instanceType = "exoscale:index/computeInstance:ComputeInstance";

export type MadeHost = {
  readonly host: Host;
  readonly instance: exoscale.ComputeInstance;
  readonly size: pulumi.Output<Size>;
  /** The template's own user, who may log in by the SSH keys. */
  readonly user: string;
};

export type MadeOnExoscale = { readonly facts: MadeFacts; readonly hosts: readonly MadeHost[] };

export type Wanted = {
  readonly given: Given;
  readonly secrets: pulumi.Output<Secrets>;
  /** The one load balancer whose replacement was asked for. */
  readonly permitted: string | undefined;
};

/** A host with all that decides whether its instance changes. */
type Planned = {
  readonly host: Host;
  readonly plan: InstancePlan;
  readonly userData: pulumi.Output<UserData>;
  readonly recorded: Outputs | undefined;
  readonly user: string;
};

/** @throws RunError where the cloud lacks something, or an update would risk the address */
export async function makeOnExoscale(
  component: pulumi.ComponentResource,
  name: string,
  wanted: Wanted,
): Promise<MadeOnExoscale> {
  const { stack } = wanted.given;
  if (stack.cloud.provider !== "exoscale") throw new Error("this stack is not for Exoscale");
  const { zone } = stack.cloud;
  const deployment = await lastDeployment();
  const place = await placeOf(component, name, deployment);
  const images = await findImages(zone, hostsOf(stack), { parent: component });
  const facts = await makeFacts(place, stack, zone);
  const antiAffinity = makeAntiAffinity(place, stack);
  const planned = hostsOf(stack).map((host) => planHost(wanted, host, { place, facts, images }));
  const held = await heldBack(
    wanted,
    planned,
    antiAffinity,
    removedNodes(stack, place, deployment),
  );
  const surroundings = {
    place,
    networks: makeNetworks(place, stack, zone),
    firewalled: makeFirewall(place, stack, facts.nodeGroup),
    sshKeys: makeSshKeys(place, stack),
    antiAffinity,
  };
  const hosts = planned.map(({ host, plan, userData, recorded, user }): MadeHost => {
    const text = userData.apply((made) => made.text);
    const before = held.includes(host.name) ? recorded : undefined;
    const instance = makeInstance(surroundings, host, plan, text, before);
    return { host, instance, user, size: pulumi.unsecret(userData.apply(({ size }) => size)) };
  });
  return { facts, hosts };
}

async function placeOf(
  parent: pulumi.ComponentResource,
  name: string,
  deployment: LastDeployment,
): Promise<Place> {
  const urn = await settled(parent.urn);
  return {
    name,
    parent,
    recorded: (type, child) =>
      urn === undefined ? undefined : deployment[childUrn(urn, type, child)]?.outputs,
  };
}

function planHost(
  { given, secrets }: Wanted,
  host: Host,
  around: { place: Place; facts: MadeFacts; images: ReadonlyMap<string, Image> },
): Planned {
  const { place, facts, images } = around;
  const image = images.get(imageName(host));
  if (image === undefined) throw new Error(`the image of ${host.name} was not looked up`);
  const recorded = place.recorded(instanceType, `${place.name}-${host.name}`);
  const { zone } = given.stack.cloud as Extract<Stack["cloud"], { provider: "exoscale" }>;
  const plan = planInstance(given.stack, host, zone, { newest: image.templateId, recorded });
  // An app server needs nothing of the cloud, so a preview can already show what it will be.
  const known = host.role === "node" ? facts.facts : pulumi.output(noFacts);
  const userData = pulumi
    .all([known, secrets])
    .apply(([from, values]: [Facts, Secrets]) => hostUserData(given, host, from, values));
  return { host, plan, recorded, user: image.defaultUser, userData: pulumi.secret(userData) };
}

/** The nodes that must stay as they are. @throws RunError where the update is refused */
async function heldBack(
  { given: { stack }, permitted }: Wanted,
  planned: readonly Planned[],
  antiAffinity: readonly exoscale.AntiAffinityGroup[],
  removed: readonly string[],
): Promise<readonly string[]> {
  const sshKeys = stack.access.sshKeys.map((key) => sshKeyName(stack, key));
  const ids = await Promise.all(antiAffinity.map(({ id }) => settled(id)));
  const groupIds = ids.flatMap((id) => id ?? []);
  const known = groupIds.length === ids.length;
  const changes = planned.map(async ({ host, plan, userData, recorded }) => ({
    node: host.name,
    role: host.role,
    planned: plannedProperties(plan, {
      userData: (await settled(userData))?.text,
      sshKeys,
      groupIds: host.role === "app-server" ? [] : known ? groupIds : undefined,
    }),
    recorded: recorded && recordedProperties(recorded),
  }));
  const all = await Promise.all(changes);
  const verdict = judge({ nodes: all.filter(({ role }) => role === "node"), removed, permitted });
  if (!verdict.ok) return stop(verdict.message);
  warnAbout(
    verdict.held,
    all.filter(({ role }) => role === "app-server"),
  );
  return verdict.held;
}

/** What is allowed, and worth a thought before one says yes. */
function warnAbout(held: readonly string[], appServers: readonly NodeChange[]): void {
  for (const node of held) {
    const next = `\`pulumi config set baton:replace ${node}\` and \`pulumi up\` replace it next`;
    void pulumi.log.warn(`${node} is held back and stays as it is; ${next}`);
  }
  const here = appServers.filter(({ recorded }) => recorded !== undefined);
  if (here.length > 1 && here.every((change) => changedIn(change).length > 0)) {
    const text = "this update replaces or restarts every app server at once";
    void pulumi.log.warn(`${text}: the service is down until the first has booted`);
  }
}

/** Load balancers of this stack that the last deployment had and the stack file no longer names. */
const removedNodes = (stack: Stack, place: Place, deployment: LastDeployment): string[] =>
  Object.entries(deployment).flatMap(([urn, { type, outputs }]) => {
    const labels = textsOf(outputs.labels);
    const host = labels["baton-host"] ?? "";
    const ours = type === instanceType && urn.endsWith(`::${place.name}-${host}`);
    const node = labels["baton-stack"] === stack.name && labels["baton-role"] === "node";
    return ours && node && stack.nodes.every(({ name }) => name !== host) ? [host] : [];
  });

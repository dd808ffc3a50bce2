/**
 * A stack on Exoscale. First what user-data has to know, then the verdict whether the load
 * balancers may change, then everything else: so a refused update has changed no host.
 */
import * as pulumi from "@pulumi/pulumi";
import { type Host, hostsOf, type Stack } from "../../stack/stack.ts";
import { type Facts, noFacts } from "../../user-data/facts.ts";
import type { Size } from "../../user-data/size.ts";
import type { UserData } from "../../user-data/user-data.ts";
import { judgeAppServers } from "../app-servers.ts";
import { type Given, hostUserData } from "../host-user-data.ts";
import { lastDeployment, type Outputs, recordedChildren, textsOf } from "../last-deployment.ts";
import { stop } from "../problem.ts";
import { caveat, judge, mayLeave, unknownHost } from "../replacement.ts";
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
} from "./exoscale-plan.ts";
import type * as exoscale from "./exoscale-resources.ts";
import { seenNodes, stopAtStrangers } from "./exoscale-seen.ts";

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
  /** The hosts whose replacement was asked for. */
  readonly permitted: readonly string[] | undefined;
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
  const zone = zoneOf(stack);
  const urn = (await settled(component.urn)) ?? "";
  const recorded = recordedChildren(await lastDeployment(), urn);
  const place = { name, parent: component, recorded };
  const images = await findImages(zone, hostsOf(stack), { parent: component });
  const facts = await makeFacts(place, stack, zone);
  const antiAffinity = makeAntiAffinity(place, stack);
  const planned = hostsOf(stack).map((host) => planHost(wanted, host, { place, facts, images }));
  const unknown = planned.flatMap(({ host, recorded }) => (recorded ? [] : [host.name]));
  await stopAtStrangers({ zone, stack: stack.name, parent: component }, unknown);
  const held = await heldBack(wanted, planned, antiAffinity, place);
  const shared = {
    place,
    networks: makeNetworks(place, stack, zone),
    firewalled: makeFirewall(place, stack, facts.nodeGroup, held.length > 0),
    sshKeys: makeSshKeys(place, stack),
    antiAffinity,
  };
  const hosts = planned.map(({ host, plan, userData, recorded, user }): MadeHost => {
    const text = userData.apply((made) => made.text);
    const before = held.includes(host.name) ? recorded : undefined;
    const instance = makeInstance(shared, host, plan, text, before);
    return { host, instance, user, size: pulumi.unsecret(userData.apply(({ size }) => size)) };
  });
  return { facts, hosts };
}

function zoneOf({ cloud }: Stack): string {
  if (cloud.provider !== "exoscale") throw new Error("this stack is not for Exoscale");
  return cloud.zone;
}

function planHost(
  { given, secrets }: Wanted,
  host: Host,
  around: { place: Place; facts: MadeFacts; images: ReadonlyMap<string, Image> },
): Planned {
  const { place, facts, images } = around;
  const image = images.get(imageName(host));
  if (image === undefined) throw new Error(`the image of ${host.name} was not looked up`);
  const recorded = place.recorded(instanceType).get(`${place.name}-${host.name}`);
  const plan = planInstance(given.stack, host, zoneOf(given.stack), {
    newest: image.templateId,
    recorded,
  });
  // An app server needs nothing of the cloud, so a preview can already show what it will be.
  const known = host.role === "node" ? facts.facts : pulumi.output(noFacts);
  // The references' values are a secret as a whole, and so is what is made of them.
  const userData = pulumi
    .all([known, secrets])
    .apply(([from, values]: [Facts, Secrets]) => hostUserData(given, host, from, values));
  return { host, plan, recorded, user: image.defaultUser, userData };
}

/** The hosts that must stay as they are. @throws RunError where the update is refused */
async function heldBack(
  { given: { stack }, permitted }: Wanted,
  planned: readonly Planned[],
  antiAffinity: exoscale.AntiAffinityGroup,
  place: Place,
): Promise<readonly string[]> {
  const removed = removedHosts(stack, place);
  const where = { zone: zoneOf(stack), stack: stack.name, parent: place.parent };
  const sshKeys = stack.access.sshKeys.map((key) => sshKeyName(stack, key));
  const groupId = await settled(antiAffinity.id);
  const changes = planned.map(async ({ host, plan, userData, recorded }) => ({
    node: host.name,
    role: host.role,
    planned: plannedProperties(plan, {
      userData: (await settled(userData))?.text,
      sshKeys,
      groupIds: host.role === "app-server" ? [] : groupId === undefined ? undefined : [groupId],
    }),
    recorded: recorded && recordedProperties(recorded),
  }));
  const all = await Promise.all(changes);
  const nodes = all.filter(({ role }) => role === "node");
  const appServers = all.filter(({ role }) => role === "app-server");
  const known = [...all.map(({ node }) => node), ...removed.node, ...removed["app-server"]];
  const unknown = permitted && unknownHost(permitted, known);
  if (unknown !== undefined) return stop(unknown);
  const verdict = judge({ nodes, removed: removed.node, permitted });
  if (!verdict.ok) return stop(verdict.message);
  const fleet = judgeAppServers({ appServers, removed: removed["app-server"], permitted });
  if (!fleet.ok) return stop(fleet.message);
  const [leaving] = [...verdict.replaced, ...removed.node];
  if (leaving !== undefined) {
    const joining = nodes.flatMap((one) => (one.recorded === undefined ? [one.node] : []));
    const recorded = nodes.flatMap(({ node }) => (joining.includes(node) ? [] : [node]));
    const seen = await seenNodes(where, [...recorded, ...removed.node]);
    const allowed = mayLeave(leaving, seen, joining);
    if (!allowed.ok) return stop(allowed.message);
    const unsure = caveat(leaving, seen);
    if (unsure !== undefined) void pulumi.log.warn(unsure);
  }
  const held = [...verdict.held, ...fleet.held];
  for (const host of held) {
    const next = `\`pulumi config set baton:replace ${host}\` and \`pulumi up\` replace it next`;
    void pulumi.log.warn(`${host} is held back and stays as it is; ${next}`);
  }
  return held;
}

/** Hosts of this stack that the last deployment had and the stack file no longer names. */
function removedHosts(stack: Stack, place: Place): Readonly<Record<Host["role"], string[]>> {
  const gone = (role: Host["role"]): string[] =>
    [...place.recorded(instanceType)].flatMap(([child, { labels }]) => {
      const name = child.slice(`${place.name}-`.length);
      const isThere = hostsOf(stack).some((host) => host.name === name);
      return !isThere && textsOf(labels)["baton-role"] === role ? [name] : [];
    });
  return { node: gone("node"), "app-server": gone("app-server") };
}

/**
 * What the last deployment recorded, read from the stack's own state by the engine. A label in the
 * cloud would hold a hash alone, cost a call for each host and cannot be told from an API that is
 * down; the state has every property, and it also knows what a half-finished update left.
 */
import * as pulumi from "@pulumi/pulumi";
import { reasonOf } from "../stack/failure.ts";
import { stop } from "./problem.ts";

export type Outputs = Readonly<Record<string, unknown>>;

export type RecordedResource = { readonly type: string; readonly outputs: Outputs };

/** Resources by URN. */
export type LastDeployment = Readonly<Record<string, RecordedResource>>;

/** @throws RunError where the state cannot be read: to guess would be to risk the address */
export async function lastDeployment(): Promise<LastDeployment> {
  const stackName = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
  const token = "pulumi:pulumi:readStackResourceOutputs";
  try {
    const { outputs } = await pulumi.runtime.invoke(token, { stackName });
    return outputs ?? {};
  } catch (error) {
    return stop(
      `the last deployment of ${stackName} cannot be read, so nothing was changed: ` +
        reasonOf(error),
      "check `pulumi stack export`, and the login to where the state is kept",
    );
  }
}

/** The children of one type that a component had, by name. */
export type Recorded = (type: string) => ReadonlyMap<string, Outputs>;

/** @param parentUrn the component's own URN; a child's type follows the types of those around it */
export const recordedChildren =
  (deployment: LastDeployment, parentUrn: string): Recorded =>
  (type) => {
    const [stack = "", project = "", parentTypes = ""] = parentUrn.split("::");
    const before = `${[stack, project, `${parentTypes}$${type}`].join("::")}::`;
    const children = Object.entries(deployment).flatMap(([urn, { outputs }]) =>
      urn.startsWith(before) ? [[urn.slice(before.length), outputs] as const] : [],
    );
    return new Map(children);
  };

/** Texts and lists of texts, as they lie in the outputs of a resource. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The texts of a record; anything else in it is left out. */
export const textsOf = (value: unknown): Readonly<Record<string, string>> =>
  typeof value === "object" && value !== null
    ? Object.fromEntries(
        Object.entries(value).flatMap(([key, item]) => {
          const text = textOf(item);
          return text === undefined ? [] : [[key, text]];
        }),
      )
    : {};

/**
 * What the last deployment recorded, read from the stack's own state by the engine. A label in the
 * cloud would hold a hash alone, cost a call for each host and cannot be told from an API that is
 * down; the state has every property, and it also knows what a half-finished update left.
 */
import * as pulumi from "@pulumi/pulumi";
import { reasonOf, stop } from "./problem.ts";

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

/** The URN of a component's child, whose type follows the types of those around it. */
export function childUrn(parentUrn: string, type: string, name: string): string {
  const [stack = "", project = "", parentTypes = ""] = parentUrn.split("::");
  return [stack, project, `${parentTypes}$${type}`, name].join("::");
}

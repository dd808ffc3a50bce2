/** Waiting for an output where a decision has to be made before resources are declared. */
import type * as pulumi from "@pulumi/pulumi";

/** Public in the SDK's code, and left out of its types; a test holds the pinned version to it. */
type Inside<Value> = { readonly isKnown: Promise<boolean>; promise(): Promise<Value> };

/** The value, or undefined where a preview cannot know it: its resource is still to be made. */
export async function settled<Value>(output: pulumi.Output<Value>): Promise<Value | undefined> {
  const inside = output as unknown as Inside<Value>;
  const value = await inside.promise();
  return (await inside.isKnown) ? value : undefined;
}

/** The promises inside an output: to wait for it before resources are declared, and to hush it. */
import type * as pulumi from "@pulumi/pulumi";

/** Public in the SDK's code, and left out of its types; a test holds the pinned version to it. */
type Inside<Value> = {
  readonly isKnown: Promise<boolean>;
  readonly isSecret: Promise<boolean>;
  promise(): Promise<Value>;
  allResources(): Promise<unknown>;
};

/** The value, or undefined where a preview cannot know it: its resource is still to be made. */
export async function settled<Value>(output: pulumi.Output<Value>): Promise<Value | undefined> {
  const inside = output as unknown as Inside<Value>;
  const value = await inside.promise();
  return (await inside.isKnown) ? value : undefined;
}

/** Lets an output fail without a word, where what it stands for tells the reason by itself. */
export function hushed<Value>(output: pulumi.Output<Value>): pulumi.Output<Value> {
  const inside = output as unknown as Inside<Value>;
  const { isKnown, isSecret } = inside;
  for (const one of [isKnown, isSecret, inside.promise(), inside.allResources()]) {
    one.catch(() => {});
  }
  return output;
}

/** The agent's bundle as it is gathered, and its name for whoever fetches it. */
import { createHash } from "node:crypto";
import type { Inputs } from "./inputs.ts";

/** The bundle; that there is one was asked before. */
export function bundleText({ bundle }: Pick<Inputs, "bundle">): string {
  if (bundle === undefined) throw new Error("the bundle was not gathered");
  return bundle.text;
}

export const sha256Of = (text: string): string => createHash("sha256").update(text).digest("hex");

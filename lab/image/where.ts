/** Where built images are kept: outside the tree, so that a fresh clone finds them again. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { imageFiles } from "./files.ts";
import { type Flavour, packagesOf, releases } from "./flavour.ts";

/** `BATON_CACHE`, or the user's own cache folder. */
export const cacheFolder = (env: Readonly<Record<string, string | undefined>>): string =>
  env.BATON_CACHE || join(env.HOME || homedir(), ".cache", "baton");

export type ImagePlan = {
  readonly flavour: Flavour;
  readonly title: string;
  /** Root of the file system; there once the image is built, and never half. */
  readonly folder: string;
  readonly built: boolean;
  /** What a first build costs, measured on two shared cores. */
  readonly downloadMegabytes: number;
  readonly diskMegabytes: number;
  readonly seconds: number;
};

/** What an image is made of gives it its name, so that a change of it builds a new one. */
const fingerprint = (flavour: Flavour): string =>
  createHash("sha256")
    .update(JSON.stringify([releases[flavour], packagesOf(flavour), imageFiles(flavour)]))
    .digest("hex")
    .slice(0, 12);

/** Tells what an image needs, before anything is fetched. */
export function imagePlan(flavour: Flavour, cache: string): ImagePlan {
  const { title, suite } = releases[flavour];
  const folder = join(cache, "images", `${suite}-${process.arch}-${fingerprint(flavour)}`);
  return {
    flavour,
    title: `${title} with ${flavour}`,
    folder,
    built: existsSync(folder),
    downloadMegabytes: 150,
    diskMegabytes: 430,
    seconds: 120,
  };
}

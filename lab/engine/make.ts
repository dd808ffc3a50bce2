/** Makes the engine that was planned: fetched or built beside its place, then put there whole. */
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { LabFailure } from "../failure.ts";
import { locked } from "../lock.ts";
import { build } from "./build.ts";
import { download } from "./download.ts";
import type { EnginePlan } from "./plan.ts";
import { releases } from "./plan.ts";
import { run, tailOf } from "./run.ts";

export type Engine = {
  /** Folder of `pulumi` and its language host. */
  readonly folder: string;
};

export type Say = (text: string) => void;

/** @throws LabFailure with what to do */
export async function makeEngine(plan: EnginePlan, say: Say): Promise<Engine> {
  const { folder } = plan;
  if (plan.ready) return { folder };
  mkdirSync(dirname(folder), { recursive: true });
  const release = await locked(`${folder}.lock`, "the engine", say);
  try {
    // Whoever had the lock before may have made it.
    if (await runs(folder)) return { folder };
    const beside = mkdtempSync(join(dirname(folder), `.${basename(folder)}-`));
    try {
      if (plan.how === "download") await download(beside, say);
      else await build(beside, say);
      if (!(await runs(beside)))
        throw new LabFailure(
          `the Pulumi engine that was made does not say that it is v${releases.cli}`,
          "remove the folder `engine` of the cache and try again",
        );
      rmSync(folder, { recursive: true, force: true });
      renameSync(beside, folder);
    } finally {
      rmSync(beside, { recursive: true, force: true });
    }
    return { folder };
  } finally {
    release();
  }
}

async function runs(folder: string): Promise<boolean> {
  const ended = await run([join(folder, "pulumi"), "version"]).catch(() => undefined);
  return ended?.code === 0 && tailOf(ended.stdout, 1) === `v${releases.cli}`;
}

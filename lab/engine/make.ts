/** Makes the engine that was planned: fetched or built beside its place, then put there whole. */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { LabFailure } from "../failure.ts";
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
  const release = await locked(`${folder}.lock`, say);
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

/** One run makes the engine, and others wait for it; gives what ends the lock. */
async function locked(folder: string, say: Say): Promise<() => void> {
  for (let told = false; ; told = true) {
    try {
      mkdirSync(folder);
      writeFileSync(join(folder, "pid"), String(process.pid));
      return () => rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    const pid = holderOf(folder);
    if (pid === undefined) rmSync(folder, { recursive: true, force: true });
    else if (!told) say(`waiting for the engine that process ${pid} is making …`);
    await pause(pid === undefined ? 50 : 1000);
  }
}

/** The process that has the lock; nothing when it is gone. */
function holderOf(folder: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // Another user's process cannot be signalled, and lives.
    return error instanceof Error && "code" in error && error.code === "EPERM" ? -1 : undefined;
  }
}

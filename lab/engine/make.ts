/** Makes the engine that was planned: fetched or built beside its place, then put there whole. */
import { mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { WorldFailure } from "../../stack/failure.ts";
import { type Caller, callerOf, makeFolder } from "../caller.ts";
import { locked } from "../lock.ts";
import { build } from "./build.ts";
import { download } from "./download.ts";
import type { EnginePlan } from "./plan.ts";
import { releases } from "./plan.ts";
import { run, type Say, tailOf } from "./run.ts";

export type Engine = {
  /** Folder of `pulumi` and its language host. */
  readonly folder: string;
};

/**
 * Makes the engine as the user who called, in whose home the caches are: its own and Go's.
 * @param signal ends it; what is half made is removed
 * @throws WorldFailure with what to do
 */
export async function makeEngine(
  plan: EnginePlan,
  say: Say,
  signal?: AbortSignal,
): Promise<Engine> {
  const { folder } = plan;
  if (plan.ready) return { folder };
  const caller = callerOf(process.env);
  makeFolder(dirname(folder), caller);
  return caller === undefined ? make(plan, say, signal) : makeAs(caller, say, signal);
}

/** What the program in `main.ts` says at its end with `--lab`, as a line of JSON. */
export type Word =
  | { readonly ok: true; readonly folder: string }
  | { readonly ok: false; readonly problem: string; readonly fix: string };

const main = fileURLToPath(new URL("main.ts", import.meta.url));

async function makeAs(user: Caller, say: Say, signal: AbortSignal | undefined): Promise<Engine> {
  const { stdout, output } = await run([process.execPath, main, "--lab"], {
    user,
    signal,
    onLine: (line) => line.startsWith("baton: ") && say(line.slice("baton: ".length)),
  });
  signal?.throwIfAborted();
  const last = tailOf(stdout, 1);
  // It tells every fault of the world; what else it ended with is a mistake of ours.
  if (!last.startsWith("{")) throw new Error(`the engine's making broke off: ${tailOf(output)}`);
  const word: Word = JSON.parse(last);
  if (word.ok) return word;
  throw new WorldFailure(word.problem, word.fix);
}

async function make(plan: EnginePlan, say: Say, signal: AbortSignal | undefined): Promise<Engine> {
  const { folder } = plan;
  const release = await locked(`${folder}.lock`, "the engine", say, signal);
  try {
    // Whoever had the lock before may have made it, or been killed on the way.
    if (await runs(folder)) return { folder };
    const half = `.${basename(folder)}-`;
    for (const name of readdirSync(dirname(folder)).filter((one) => one.startsWith(half)))
      rmSync(join(dirname(folder), name), { recursive: true, force: true });
    const beside = mkdtempSync(join(dirname(folder), half));
    try {
      if (plan.how === "download") await download(beside, say, signal);
      else await build(beside, say, signal);
      if (!(await runs(beside)))
        throw new WorldFailure(
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

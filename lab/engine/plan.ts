/** Where the Pulumi engine will come from, told before anything is fetched or built. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./run.ts";

/** The releases that the project's programs are tried with. */
export const releases = { cli: "3.253.0", language: "3.68.0" } as const;

/** Where the go.mod files are from which the engine is built. */
export const sources = fileURLToPath(new URL("go/", import.meta.url));

export type EnginePlan = {
  readonly how: "installed" | "kept" | "download" | "build";
  readonly title: string;
  /** Folder of the programs; there once the engine is, and never half. */
  readonly folder: string;
  readonly ready: boolean;
  /** What it costs the first time, measured on two shared cores. */
  readonly downloadMegabytes: number;
  readonly diskMegabytes: number;
  readonly seconds: number;
};

export type EngineSearch = {
  /** Folder for what outlives a clone, `BATON_CACHE` or the user's own. */
  readonly cache: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a server can be reached; the network is asked unless a test answers. */
  readonly reaches?: (url: string) => Promise<boolean>;
};

/** Both programs that a run needs. */
const programs = ["pulumi", "pulumi-language-nodejs"];

const isComplete = (folder: string): boolean =>
  programs.every((program) => existsSync(join(folder, program)));

export async function enginePlan({ cache, env, reaches = answers }: EngineSearch) {
  const installed = await onPath(env.PATH ?? "");
  if (installed !== undefined) return plan("installed", installed, "Pulumi, as it is installed", 0);
  const kept = [folderOf(cache, "download"), folderOf(cache, "build")].find(isComplete);
  if (kept !== undefined) return plan("kept", kept, `Pulumi ${releases.cli}, made before`, 0);
  if (await reaches(downloadUrl()))
    return plan("download", folderOf(cache, "download"), `Pulumi ${releases.cli}`, 30);
  const title = `Pulumi ${releases.cli}, built from its Go modules`;
  return plan("build", folderOf(cache, "build"), title, 360);
}

/** Megabytes to fetch and to keep; a build fills Go's own caches besides. */
const costs = {
  installed: [0, 0],
  kept: [0, 0],
  download: [130, 210],
  build: [1300, 131],
} as const;

function plan(how: EnginePlan["how"], folder: string, title: string, seconds: number): EnginePlan {
  const [downloadMegabytes, diskMegabytes] = costs[how];
  const ready = how === "installed" || how === "kept";
  return { how, title, folder, ready, downloadMegabytes, diskMegabytes, seconds };
}

/** Named after what it is made of, so that other pins make another engine. */
function folderOf(cache: string, how: "download" | "build"): string {
  const hash = createHash("sha256").update(JSON.stringify([releases, how]));
  if (how === "build")
    for (const file of ["cli/go.mod", "cli/go.sum", "language/go.mod", "language/go.sum"])
      hash.update(readFileSync(join(sources, file)));
  const name = `${releases.cli}-${process.arch}-${how}-${hash.digest("hex").slice(0, 12)}`;
  return join(cache, "engine", name);
}

/** The official archive of the release. */
export function downloadUrl(): string {
  const arch = process.arch === "arm64" ? "arm64" : "x64";
  return `https://get.pulumi.com/releases/sdk/pulumi-v${releases.cli}-linux-${arch}.tar.gz`;
}

async function answers(url: string): Promise<boolean> {
  try {
    const { ok } = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(4000) });
    return ok;
  } catch {
    // No network, or none that leads there: the engine is built instead.
    return false;
  }
}

/** A Pulumi of the third generation that has its Node language host with it. */
async function onPath(path: string): Promise<string | undefined> {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  for (const folder of folders) {
    const program = join(folder, "pulumi");
    if (!existsSync(program)) continue;
    const real = dirname(realpathSync(program));
    const host = [real, ...folders].find((one) => existsSync(join(one, "pulumi-language-nodejs")));
    const { code, stdout } = await run([program, "version"]).catch(() => ({ code: 1, stdout: "" }));
    if (code === 0 && /^v3\./.test(stdout) && host !== undefined) return real;
  }
  return undefined;
}

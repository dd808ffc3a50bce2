/** A Go that is new enough: the machine's own, or the one that it fetches as a module. */
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WorldFailure } from "../../stack/failure.ts";
import { run, type Say, tailOf } from "./run.ts";

/** The oldest Go that the pinned modules build with, as their go.mod says. */
const oldestGo = [1, 25, 11] as const;

/** The one that is fetched. */
const wanted = oldestGo.join(".");

export type Purpose = {
  readonly what: string;
  /** What is said where there is no Go at all, and what to do about it. */
  readonly missing: string;
  readonly fix: string;
  readonly oldest: readonly number[];
};

const engine: Purpose = {
  what: "Pulumi",
  missing: "there is no Pulumi here, its site cannot be reached, and there is no Go to build it",
  fix: `install Go ${wanted} or newer (https://go.dev/dl), or Pulumi itself`,
  oldest: oldestGo,
};

/** @returns the program to call. @throws WorldFailure when there is none, and none can be had */
export async function goProgram(
  say: Say,
  purpose: Purpose = engine,
  signal?: AbortSignal,
): Promise<string> {
  const found = await run(["go", "env", "GOVERSION"]).catch(() => {
    throw new WorldFailure(purpose.missing, purpose.fix);
  });
  const version = found.stdout.trim();
  if (isNewEnough(version, purpose.oldest)) return "go";
  say(`Go ${wanted}, since ${purpose.what} cannot be built by ${version} …`);
  return fetched(version, purpose, signal);
}

/** `go1.26.8`, and `go1.27rc1` as well. */
export function isNewEnough(version: string, oldest: readonly number[] = oldestGo): boolean {
  const numbers = /^go(\d+)\.(\d+)(?:\.(\d+))?/
    .exec(version)
    ?.slice(1)
    .map((one) => Number(one ?? 0));
  if (numbers === undefined) return false;
  for (const [at, least] of oldest.entries()) {
    const number = numbers[at] ?? 0;
    if (number !== least) return number > least;
  }
  return true;
}

/**
 * Every release of Go is a module too, which is checked like any other; that it can be run is what
 * an older Go does not know. Source: go.dev/doc/toolchain.
 */
async function fetched(
  version: string,
  { what, fix }: Purpose,
  signal: AbortSignal | undefined,
): Promise<string> {
  const arch = process.arch === "arm64" ? "arm64" : "amd64";
  const module = `golang.org/toolchain@v0.0.1-go${wanted}.linux-${arch}`;
  const outside = mkdtempSync(join(tmpdir(), "baton-go-"));
  try {
    const { code, stdout, output } = await run(["go", "mod", "download", "-json", module], {
      cwd: outside,
      env: { ...process.env, GO111MODULE: "on", GOFLAGS: "", GOTOOLCHAIN: "local", GOWORK: "off" },
      signal,
    });
    signal?.throwIfAborted();
    if (code !== 0)
      throw new WorldFailure(
        `Go ${version} is too old to build ${what}, and cannot fetch ${module}: ${tailOf(output, 3)}`,
        fix,
      );
    const { Dir } = JSON.parse(stdout) as { readonly Dir: string };
    makeExecutable(Dir);
    return join(Dir, "bin/go");
  } finally {
    rmSync(outside, { recursive: true, force: true });
  }
}

/** A module's files are not programs until they are called so. */
function makeExecutable(folder: string): void {
  for (const part of ["bin", "pkg/tool"])
    for (const entry of readdirSync(join(folder, part), { recursive: true, withFileTypes: true }))
      if (entry.isFile()) chmodSync(join(entry.parentPath, entry.name), 0o555);
}

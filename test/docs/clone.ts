/** The project as a reader has it: a copy of this tree, with its packages, where `npx baton` works. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./blocks.ts";

export type Clone = {
  readonly folder: string;
  /** What a shell there finds: programs, a home of its own, and no settings of ours. */
  readonly env: Readonly<Record<string, string>>;
};

export function cloneProject(): Clone {
  const listed = (...which: readonly string[]): readonly string[] =>
    execFileSync("git", ["ls-files", "-z", ...which], { cwd: root, encoding: "utf8" }).split("\0");
  // What is new in a folder is the project's; at the top lie the stack files that a reader wrote.
  const added = listed("--others", "--exclude-standard").filter((name) => name.includes("/"));
  const files = [...listed("--cached"), ...added];
  const folder = mkdtempSync(join(tmpdir(), "baton-docs-"));
  for (const file of files.filter((name) => name !== "" && existsSync(join(root, name))))
    cpSync(join(root, file), join(folder, file));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  // npm itself would look for its news at every call.
  return { folder, env: { HOME: folder, PATH: `${npxIn(folder)}:${process.env.PATH}` } };
}

/** A folder with an `npx` that knows `baton` alone. */
export function npxIn(folder: string, project = folder): string {
  const bin = join(folder, ".npx");
  mkdirSync(bin, { recursive: true });
  const script = `#!/bin/sh\nshift\nexec "${process.execPath}" "${project}/cli/main.ts" "$@"\n`;
  writeFileSync(join(bin, "npx"), script, { mode: 0o755 });
  return bin;
}

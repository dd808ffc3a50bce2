/** Writing several files so that either all of them are new, or none is. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fail, reasonOf } from "./failure.ts";

export type OutputFile = { readonly name: string; readonly bytes: Uint8Array };

/**
 * Writes files that only their owner may read, each first under a temporary name. Nothing
 * half-written stays when the disk is full; what a killed run left is replaced by the next one.
 */
export function writeFiles(folder: string, files: readonly OutputFile[]): void {
  const made = makeFolder(folder);
  const temporary = (name: string) => join(folder, `.${name}.part`);
  try {
    for (const { name, bytes } of files) writeWhole(temporary(name), bytes);
    for (const { name } of files) renameSync(temporary(name), join(folder, name));
  } catch (error) {
    for (const { name } of files) rmSync(temporary(name), { force: true });
    if (made !== undefined) rmSync(made, { recursive: true, force: true });
    fail(folder, `the user-data cannot be written: ${reasonOf(error)}`, "nothing was changed");
  }
}

/** @returns the topmost folder that had to be made */
function makeFolder(folder: string): string | undefined {
  try {
    return mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === "EEXIST" ? "it is a file" : reasonOf(error);
    return fail(folder, `this cannot be the output directory: ${reason}`, "name another by --out");
  }
}

function writeWhole(path: string, bytes: Uint8Array): void {
  rmSync(path, { force: true });
  const descriptor = openSync(path, "wx", 0o600);
  try {
    let offset = 0;
    while (offset < bytes.length) offset += writeSync(descriptor, bytes, offset);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Writing several files so that either all of them are new, or none is. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { reasonOf } from "../stack/failure.ts";
import { makeFolders } from "../stack/folder.ts";
import { fail } from "./failure.ts";

export type OutputFile = { readonly name: string; readonly bytes: Uint8Array };

/**
 * Writes files that only their owner may read, each first under a temporary name. Nothing
 * half-written stays when the disk is full, and no file is replaced before all could be written.
 */
export function writeFiles(folder: string, files: readonly OutputFile[]): void {
  makeFolder(folder);
  const blocked = files.find(({ name }) => isFolder(join(folder, name)));
  if (blocked !== undefined) fail(join(folder, blocked.name), "a directory is where a file goes");
  // Two runs at once do not write into each other's files.
  const temporary = (name: string) => join(folder, `.${name}.${process.pid}.part`);
  try {
    for (const { name, bytes } of files) writeWhole(temporary(name), bytes);
    for (const { name } of files) renameSync(temporary(name), join(folder, name));
  } catch (error) {
    for (const { name } of files) rmSync(temporary(name), { force: true });
    fail(folder, `the user-data cannot be written: ${reasonOf(error)}`);
  }
}

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function makeFolder(folder: string): void {
  try {
    makeFolders(folder, 0o700);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === "EEXIST" ? "it is a file" : reasonOf(error);
    fail(folder, `this cannot be the output directory: ${reason}`, "name another by --out");
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

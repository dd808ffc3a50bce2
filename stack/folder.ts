/** Folders with all that is above them. */
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Makes a folder, and those above it that there are not. Node's own way never comes to an end under
 * /proc, where mkdir(2) says ENOENT of a folder that is there.
 * @param mode of each that is made
 * @returns the topmost that was made; undefined where all were there
 * @throws the system's own error
 */
export function makeFolders(path: string, mode = 0o777): string | undefined {
  const missing: string[] = [];
  for (let one = resolve(path); !existsSync(one); one = dirname(one)) missing.unshift(one);
  // To make it says what is there instead.
  if (missing.length === 0 && !isFolder(path)) missing.push(path);
  for (const one of missing)
    try {
      mkdirSync(one, { mode });
    } catch (error) {
      // Another process may make the same.
      if (!isFolder(one)) throw error;
    }
  return missing[0];
}

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

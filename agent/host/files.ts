/** Small files of the state directory, each written whole or not at all. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "fs";
import { dirname } from "path";

/** What the file holds; undefined where it is not there or not readable as JSON. */
export function loadJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    // A file that a crash or a person broke is as good as none.
    return undefined;
  }
}

/** Gives why it failed; the caller goes on without the file. */
export function saveJson(path: string, value: unknown): string | undefined {
  const temporary = `${path}.new`;
  try {
    makeFolderOf(path, 0o700);
    writeFileSync(temporary, JSON.stringify(value), { mode: 0o600 });
    renameSync(temporary, path);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const fix = code === "EACCES" ? `; make ${dirname(path)} this account's` : "";
    return `${path} cannot be written: ${code}${fix}`;
  }
}

/** The folder alone: making its parents as well never ends under /proc. */
export function makeFolderOf(path: string, mode = 0o755): void {
  if (!existsSync(dirname(path))) mkdirSync(dirname(path), { mode });
}

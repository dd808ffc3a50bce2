/** Small files of the state directory, each written whole or not at all. */
import { existsSync, mkdirSync, promises, readFileSync } from "fs";
import { dirname } from "path";

const { mkdir, open, rename } = promises;

/**
 * What the file holds; undefined where it is not there or not readable as JSON.
 * @param warn told of a file that is there and cannot be read: it is as good as none
 */
export function loadJson(path: string, warn: (text: string) => void): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT") warn(`${path} cannot be read, and counts as none: ${code || message}`);
    return undefined;
  }
}

export type Saver = {
  /** Writes the value, or a later one of the same file; gives why that failed, else nothing. */
  readonly save: (path: string, value: unknown) => Promise<string | undefined>;
  /** Resolves when all that was given so far is written, or could not be. */
  readonly idle: () => Promise<unknown>;
};

/**
 * Writes one file after another, and keeps nobody waiting: heartbeats go on while a disk is slow.
 * Of each file only the newest value waits, however often it changes meanwhile.
 */
export function createSaver(): Saver {
  type Turn = { value: unknown; readonly done: Promise<string | undefined> };
  const waiting = new Map<string, Turn>();
  let last: Promise<unknown> = Promise.resolve();
  return {
    save(path, value) {
      const before = waiting.get(path);
      if (before !== undefined) {
        before.value = value;
        return before.done;
      }
      const done = last.then(() => {
        waiting.delete(path);
        return write(path, turn.value);
      });
      const turn: Turn = { value, done };
      waiting.set(path, turn);
      last = done;
      return done;
    },
    idle: () => last,
  };
}

/** What is no file on a disk has nothing to be kept: fsync(2) then says EINVAL. */
function unlessUnable(error: NodeJS.ErrnoException): void {
  if (error.code !== "EINVAL") throw error;
}

/** Gives why it failed; the caller goes on without the file. */
async function write(path: string, value: unknown): Promise<string | undefined> {
  const temporary = `${path}.new`;
  try {
    await mkdir(dirname(path), { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    const file = await open(temporary, "w", 0o600);
    try {
      await file.writeFile(JSON.stringify(value));
      // Else a power cut soon after may leave an empty file under the name.
      await file.sync().catch(unlessUnable);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
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

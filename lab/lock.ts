/** Of several processes one alone goes on, and others wait or are refused. A lock is a folder. */
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/**
 * Holds the lock, once whoever has it now is done or gone; gives what ends it.
 * @param what is being made, for those who wait
 * @param signal ends the waiting
 */
export async function locked(
  folder: string,
  what: string,
  say: (text: string) => void,
  signal?: AbortSignal,
): Promise<() => void> {
  for (let told = false; ; told = true) {
    const lock = tryLock(folder);
    if (typeof lock === "function") return lock;
    if (!told) say(`waiting for ${what} that process ${lock} is making …`);
    await pause(1000, undefined, { signal });
  }
}

/**
 * Takes the lock where nobody has it, or whoever had it is gone.
 * @returns what ends it, or the id of the process that has it
 */
export function tryLock(folder: string): (() => void) | number {
  const own = mkdtempSync(`${folder}-`);
  try {
    writeFileSync(join(own, "pid"), String(process.pid));
    for (;;) {
      try {
        // A folder with something in it is never replaced: no lock is without its holder.
        renameSync(own, folder);
        return () => rmSync(folder, { recursive: true, force: true });
      } catch (error) {
        if (!isTaken(error)) throw error;
      }
      const pid = holderOf(folder);
      if (pid !== undefined) return pid;
      rmSync(folder, { recursive: true, force: true });
    }
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "ENOTEMPTY" || error.code === "EEXIST");

/** The process that has the lock; nothing when it is gone. */
function holderOf(folder: string): number | undefined {
  let pid: number | undefined;
  try {
    pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // Another user's process cannot be signalled, and lives.
    return error instanceof Error && "code" in error && error.code === "EPERM" ? pid : undefined;
  }
}

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
    writeFileSync(join(own, "pid"), String(process.pid), { flush: true });
    for (;;) {
      try {
        // A folder with something in it is never replaced: no lock is without its holder.
        renameSync(own, folder);
        return () => {
          if (pidIn(folder) === process.pid) rmSync(folder, { recursive: true, force: true });
        };
      } catch (error) {
        if (!isTaken(error)) throw error;
      }
      const pid = pidIn(folder);
      if (lives(pid)) return pid;
      removeOf(pid, folder, `${own}.gone`);
    }
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "ENOTEMPTY" || error.code === "EEXIST");

/** The process that has the lock, where the folder says so: a power cut may have left it empty. */
function pidIn(folder: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function lives(pid: number | undefined): pid is number {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process cannot be signalled, and lives.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Removes the lock of one that is gone: another may have taken it since, and gets it back. */
function removeOf(pid: number | undefined, folder: string, aside: string): void {
  try {
    renameSync(folder, aside);
  } catch {
    // Somebody else was faster.
    return;
  }
  if (pidIn(aside) === pid) rmSync(aside, { recursive: true, force: true });
  else renameSync(aside, folder);
}

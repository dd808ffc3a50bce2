/** One run makes a thing that is kept, and others wait for it. A lock is a folder. */
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
  const own = mkdtempSync(`${folder}-`);
  writeFileSync(join(own, "pid"), String(process.pid));
  for (let told = false; ; told = true) {
    try {
      // A folder with something in it is never replaced, and the lock is never without its holder.
      renameSync(own, folder);
      return () => rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
    const pid = holderOf(folder);
    if (pid === undefined) rmSync(folder, { recursive: true, force: true });
    else if (!told) say(`waiting for ${what} that process ${pid} is making …`);
    await pause(pid === undefined ? 50 : 1000, undefined, { signal }).catch((error) => {
      rmSync(own, { recursive: true, force: true });
      throw error;
    });
  }
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "ENOTEMPTY" || error.code === "EEXIST");

/** The process that has the lock; nothing when it is gone. */
function holderOf(folder: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // Another user's process cannot be signalled, and lives.
    return error instanceof Error && "code" in error && error.code === "EPERM" ? -1 : undefined;
  }
}

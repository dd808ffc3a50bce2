/** Of the commands that change a stack, one alone is at work at a desk. */
import { dirname, join } from "node:path";
import { tryLock } from "../../lab/lock.ts";
import { stateFolder } from "../../operate/remote.ts";
import { reasonOf } from "../../stack/failure.ts";
import { makeFolders } from "../../stack/folder.ts";
import { fail } from "../failure.ts";
import type { Desk } from "./desk.ts";

/**
 * Does what changes a stack, while nothing else at this desk does: a drill would stop the machine
 * that a roll counts on, and a roll takes another one's maintenance for that of one cut off.
 * @throws Failure that names the process which does
 */
export async function alone<Value>(
  { file, stack }: Pick<Desk, "file" | "stack">,
  work: () => Promise<Value>,
): Promise<Value> {
  const lock = join(stateFolder(process.env), `at-work-${stack.name}`);
  const end = lockAt(file, lock);
  if (typeof end === "number")
    return fail(
      file,
      `process ${end} at this desk changes ${stack.name} already`,
      `nothing was touched; wait, or Ctrl-C where it runs; if that process is not baton, remove ${lock}`,
    );
  process.once("exit", end);
  try {
    return await work();
  } finally {
    process.off("exit", end);
    end();
  }
}

function lockAt(file: string, lock: string): ReturnType<typeof tryLock> {
  try {
    makeFolders(dirname(lock), 0o700);
    return tryLock(lock);
  } catch (error) {
    return fail(
      file,
      `${dirname(lock)} cannot be written: ${reasonOf(error)}`,
      "nothing was touched; mend that, or name another folder by XDG_STATE_HOME",
    );
  }
}

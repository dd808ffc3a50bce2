/** Who called: under sudo this process is root's, and what it keeps in the user's home is not. */
import { lchownSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { WorldFailure } from "../stack/failure.ts";
import { makeFolders } from "../stack/folder.ts";

export type Caller = { readonly uid: number; readonly gid: number };

type Env = Readonly<Record<string, string | undefined>>;

/** The user before sudo, where the home is theirs; nobody where all is root's, home as well. */
export function callerOf(env: Env, own = process.getuid?.()): Caller | undefined {
  const { SUDO_UID, SUDO_GID, HOME } = env;
  if (own !== 0 || !SUDO_UID || !SUDO_GID || !HOME) return undefined;
  const caller = { uid: Number(SUDO_UID), gid: Number(SUDO_GID) };
  const home = statSync(HOME, { throwIfNoEntry: false });
  return caller.uid !== 0 && home?.uid === caller.uid ? caller : undefined;
}

/**
 * Makes a folder that is the caller's, with all above it that there was not.
 * @throws WorldFailure where the machine does not let it
 */
export function makeFolder(path: string, caller: Caller | undefined): void {
  const first = made(path) ?? path;
  if (caller === undefined) return;
  for (let one = path; one.length >= first.length; one = dirname(one))
    lchownSync(one, caller.uid, caller.gid);
}

function made(path: string): string | undefined {
  try {
    return makeFolders(path);
  } catch (error) {
    throw new WorldFailure(
      `${path} cannot be made: ${error instanceof Error ? error.message : error}`,
      "let HOME, or BATON_CACHE, name a folder where you may write",
    );
  }
}

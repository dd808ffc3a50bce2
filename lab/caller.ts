/** Who called: under sudo this process is root's, and what it keeps in the user's home is not. */
import { lchownSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

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

/** Makes a folder that is the caller's, with all above it that there was not. */
export function makeFolder(path: string, caller: Caller | undefined): void {
  const first = mkdirSync(path, { recursive: true }) ?? path;
  if (caller === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made))
    lchownSync(made, caller.uid, caller.gid);
}

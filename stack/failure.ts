/** A fault of the world, or of the person at it: told with its fix, without a stack trace. */
export class WorldFailure extends Error {
  override readonly name = "WorldFailure";
  /** What happened, and where; the message has the fix behind it. */
  readonly problem: string;
  /** What to do about it. */
  readonly fix: string;

  constructor(problem: string, fix: string) {
    super(`${problem}; ${fix}`);
    this.problem = problem;
    this.fix = fix;
  }
}

/** Why something of the world failed, in words; where it is not the system, in its own. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException)?.code ?? "";
  const words: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file",
    EACCES: "you may not read or write it",
    EPERM: "the system does not permit it",
    EISDIR: "it is a directory",
    ENOTDIR: "a part of its path is not a directory",
    EEXIST: "it is there already",
    ENOSPC: "the disk is full",
    EROFS: "the file system is read-only",
    ENAMETOOLONG: "the name is too long",
    ELOOP: "its links go round in a circle",
    EMFILE: "too many files are open",
  };
  return words[code] ?? (error instanceof Error ? error.message : String(error));
}

/** A failure of the world or the user's: it is told in a few lines, without a stack trace. */
import type { Diagnostic } from "../stack/diagnostic.ts";

/** Exit codes of every command; `unwell`: it was asked, and something is wrong with the stack. */
export const exitCodes = { fine: 0, wrongInput: 1, usage: 2, unwell: 3 } as const;

export class Failure extends Error {
  override readonly name = "Failure";
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(({ message }) => message).join("; "));
    this.diagnostics = diagnostics;
  }
}

/** One problem with a file, as a whole. */
export const fail = (file: string, message: string, fix?: string): never => {
  throw new Failure([
    { severity: "error", path: [], file, message, ...(fix !== undefined && { fix }) },
  ]);
};

/** The command line asks for what a command cannot do; exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Why a call to the operating system failed, in words. */
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
  const otherwise = error instanceof Error ? error.message : String(error);
  return words[code] ?? (code === "" ? otherwise : `${code}`);
}

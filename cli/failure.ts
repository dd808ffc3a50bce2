/** A failure of the world or the user's: it is told in a few lines, without a stack trace. */
import type { Diagnostic } from "../stack/diagnostic.ts";

/** Exit codes of every command; `unwell`: it was asked, and something is wrong with the stack. */
export const exitCodes = { fine: 0, wrongInput: 1, usage: 2, unwell: 3, interrupted: 130 } as const;

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

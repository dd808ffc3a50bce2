/** Runs a program that ends in its own time; gives its exit code, 130 where a signal ended it. */
export function runToItsEnd(
  command: string,
  args: readonly string[],
  options?: {
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    /** With a pipe as its input, the program is to end when that does. */
    readonly stdio?: readonly ["inherit" | "pipe", "inherit", "inherit"];
  },
): Promise<number>;

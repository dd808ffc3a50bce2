/** Runs a program that ends in its own time; gives its exit code, 130 where a signal ended it. */
export function runToItsEnd(
  command: string,
  args: readonly string[],
  options?: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv },
): Promise<number>;

/** What the simulator's commands share: bad options end with 2, and Ctrl-C ends in order. */

/** An option that cannot be; the text says which, and what it may be. */
export class BadOption extends Error {}

/** Performs a command, and sets the exit code to what it gives. */
export async function perform(usage: string, command: () => number | Promise<number>) {
  try {
    process.exitCode = await command();
  } catch (error) {
    if (!(error instanceof Error) || !isBadOption(error)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
  }
}

const isBadOption = (error: Error): boolean =>
  error instanceof BadOption ||
  ("code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"));

/** @throws BadOption unless it is one; undefined stays so */
export function wholeNumber(name: string, given: string | undefined, least: number, most: number) {
  if (given === undefined) return undefined;
  const number = Number(given);
  if (/^\d+$/.test(given) && number >= least && number <= most) return number;
  throw new BadOption(`${name} ${given}: a whole number from ${least} to ${most}`);
}

/** The exit code of who was interrupted, by whichever signal. */
export const interrupted = 130;

/** Is aborted by the first Ctrl-C or SIGTERM; the second ends the process at once. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const names = ["SIGINT", "SIGTERM"] as const;
  const stop = (): void => {
    for (const name of names) process.off(name, stop);
    controller.abort();
  };
  for (const name of names) process.on(name, stop);
  return controller.signal;
}

/**
 * What the simulator's commands share: bad options, and files that cannot be read or written, end
 * with 2; Ctrl-C ends in order.
 */

/** An option that cannot be; the text says which, and what it may be. */
export class BadOption extends Error {}

/** Performs a command, and sets the exit code to what it gives. */
export async function perform(usage: string, command: () => number | Promise<number>) {
  // A reader such as `head` may be gone before the end.
  process.stdout.on("error", ignored);
  try {
    process.exitCode = await command();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (isBadOption(error)) console.error(`${error.message}\n\n${usage}`);
    else if ("syscall" in error) console.error(error.message);
    else throw error;
    process.exitCode = 2;
  }
}

const ignored = (): void => undefined;

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

/**
 * Is aborted by the first Ctrl-C or SIGTERM, or when the terminal or the reader is gone; the second
 * signal ends the process at once.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const stop = (): void => {
    for (const name of names) process.off(name, stop);
    controller.abort();
  };
  for (const name of names) process.on(name, stop);
  process.stdout.on("error", stop);
  return controller.signal;
}

/** Ctrl-C, and a terminal that is lost, as a wish: what is under way ends in order. */

/** @param say told once, when the wish comes */
export function interruptible(say: () => void): AbortSignal {
  const interrupt = new AbortController();
  const end = (): void => {
    if (interrupt.signal.aborted) return;
    interrupt.abort();
    say();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, end);
  // Nobody reads any more; what is said from here on is lost, and nothing else.
  process.stderr.on("error", end);
  return interrupt.signal;
}

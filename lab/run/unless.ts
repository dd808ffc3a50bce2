/** Waiting that can be ended. */

/** Gives what a promise gives, unless it is to end before: then it throws the signal's reason. */
export async function unless<Result>(
  signal: AbortSignal | undefined,
  promise: Promise<Result>,
): Promise<Result> {
  if (signal === undefined) return promise;
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(signal.reason);
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  try {
    return await Promise.race([ended, promise]);
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** One thing at a time for each key, in the order in which it was asked for. */
export type Queue = <T>(key: string, work: () => Promise<T>) => Promise<T>;

export function makeQueue(): Queue {
  const last = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const before = last.get(key) ?? Promise.resolve();
    // A failure is told to whoever asked, and does not stop the next one.
    const now = before.then(work, work);
    last.set(
      key,
      now.catch(() => {}),
    );
    return now;
  };
}

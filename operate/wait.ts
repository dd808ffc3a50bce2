/** Waiting for something to come true, told by whoever sees it. */
import { setTimeout as pause } from "node:timers/promises";

/**
 * Asks again and again until there is an answer.
 * @returns undefined when the time is over
 */
export async function until<Value>(
  ask: () => Promise<Value | undefined> | Value | undefined,
  limitMs: number,
  everyMs = 500,
): Promise<Value | undefined> {
  const end = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() + everyMs > end) return undefined;
    await pause(everyMs);
  }
}

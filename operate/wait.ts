/** Waiting for something to come true, told by whoever sees it. */
import { setTimeout as pause } from "node:timers/promises";
import { WorldFailure } from "../stack/failure.ts";

/**
 * Asks again and again until there is an answer; a cloud that fails to answer for a while is asked
 * again, too.
 * @returns undefined when the time is over
 * @throws WorldFailure when the time is over and the last question failed
 */
export async function until<Value>(
  ask: () => Promise<Value | undefined> | Value | undefined,
  limitMs: number,
  everyMs = 500,
): Promise<Value | undefined> {
  const end = performance.now() + limitMs;
  for (;;) {
    let failure: WorldFailure | undefined;
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      if (!(error instanceof WorldFailure)) throw error;
      failure = error;
    }
    if (performance.now() + everyMs > end) {
      if (failure !== undefined) throw failure;
      return undefined;
    }
    await pause(everyMs);
  }
}

/** What goes wrong in the lab itself, beside what it shows: told at the end of a run. */
import type { Progress } from "../view/progress.ts";

/**
 * Does a run's work and takes the lab down with it; tells of all trouble there was, also where the
 * work was broken off.
 * @returns whether the work was fine, and nothing had trouble
 */
export async function tellingTroubles(
  progress: Pick<Progress, "say">,
  work: (onTrouble: (error: unknown) => void) => Promise<boolean>,
): Promise<boolean> {
  const troubles: string[] = [];
  try {
    const fine = await work((error) => {
      troubles.push(error instanceof Error ? error.message : String(error));
    });
    return fine && troubles.length === 0;
  } finally {
    for (const trouble of troubles) progress.say(`the lab itself had trouble: ${trouble}`);
  }
}

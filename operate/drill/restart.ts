/** Starting an instance that a drill has stopped: nothing else would end the outage. */
import { setTimeout as pause } from "node:timers/promises";
import { WorldFailure } from "../../stack/failure.ts";
import type { Cloud, CloudHost } from "../cloud.ts";

const pauseMs = 1000;

/**
 * Asks again and again: an API that is away for a minute comes back, and nobody else does it.
 * @throws WorldFailure that says so, when the time is over
 */
export async function startAgain(cloud: Cloud, holder: CloudHost, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  for (;;)
    try {
      return await cloud.start(holder);
    } catch (error) {
      if (!(error instanceof WorldFailure)) throw error;
      if (await isOn(cloud, holder)) return;
      if (performance.now() + pauseMs > end)
        throw new WorldFailure(
          `${holder.host} may be off, as it is not started again: ${error.problem}`,
          `\`exo compute instance start ${holder.name}\`; ${error.fix}`,
        );
      await pause(pauseMs);
    }
}

/** Whether the cloud says so; one that does not answer says nothing. */
export async function isOn(cloud: Cloud, { id }: CloudHost): Promise<boolean> {
  const seen = await cloud.look().catch(() => undefined);
  return seen?.hosts.some((host) => host.id === id && host.running) === true;
}

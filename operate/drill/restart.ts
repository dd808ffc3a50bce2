/** Starting an instance that a drill has stopped: nothing else would end the outage. */
import { setTimeout as pause } from "node:timers/promises";
import { WorldFailure } from "../../stack/failure.ts";
import type { Cloud, CloudHost } from "../cloud.ts";

const startTries = 4;

/** Asks more than once. @throws WorldFailure that says so */
export async function startAgain(cloud: Cloud, holder: CloudHost): Promise<void> {
  for (let tried = 1; ; tried += 1)
    try {
      return await cloud.start(holder);
    } catch (error) {
      if (!(error instanceof WorldFailure)) throw error;
      if (await isOn(cloud, holder)) return;
      if (tried === startTries)
        throw new WorldFailure(
          `${holder.host} may be off, as it is not started again: ${error.problem}`,
          `\`exo compute instance start ${holder.name}\`; ${error.fix}`,
        );
      await pause(1000);
    }
}

/** Whether the cloud says so; one that does not answer says nothing. */
export async function isOn(cloud: Cloud, { id }: CloudHost): Promise<boolean> {
  const seen = await cloud.look().catch(() => undefined);
  return seen?.hosts.some((host) => host.id === id && host.running) === true;
}

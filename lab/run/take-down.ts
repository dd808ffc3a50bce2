/** The end of a lab, whatever was under way in it. */
import { setTimeout as pause } from "node:timers/promises";
import type { Traffic } from "../client/client.ts";
import type { Lab } from "../lab.ts";

/** How long machines that are being made, or stopped in order, are waited for. */
const graceMs = 5000;

/** @param onTrouble told of what went wrong on the way; the lab is taken down all the same */
export async function takeDown(
  lab: Lab,
  traffic: readonly Traffic[],
  onTrouble: (error: unknown) => void,
): Promise<void> {
  // Its commands would fail in many ways, and the engine go on writing what is removed here.
  await lab.desk.end().catch(onTrouble);
  // What the clients have seen is told already; without it all the same.
  for (const { client } of traffic) await client.stop().catch(onTrouble);
  // The engine notes what it has made until it ends; it was told to.
  await lab.deployment.idle().catch(onTrouble);
  await Promise.race([lab.settled(), pause(graceMs)]).catch(onTrouble);
  await lab.down();
}

/** Takes a lab down: asks the one that runs, or removes what one that was killed has left. */

import { WorldFailure } from "../../stack/failure.ts";
import { abandoned, clear, leftovers } from "../fabric/leftovers.ts";
import { planPlace } from "../fabric/place.ts";
import { askLab, NoLab } from "./client.ts";

/**
 * @returns what was done, for people
 * @throws WorldFailure when there is nothing of this name, or it is not this user's to remove
 */
export async function takeDown(name: string): Promise<string> {
  try {
    return await askLab(name, ["down"]);
  } catch (error) {
    if (!(error instanceof NoLab)) throw error;
    const removed = await removeLeft(name);
    if (removed.length > 0)
      return `no lab named ${name} is running; removed what one had left:\n${listed(removed)}`;
    const others = abandoned();
    if (others.length === 0) throw error;
    const how = others.map((other) => `\`npx baton lab --name ${other} down\``).join(", ");
    throw new WorldFailure(
      `${error.problem}, and nothing is left of one`,
      `of others there is: ${how}`,
    );
  }
}

async function removeLeft(name: string): Promise<readonly string[]> {
  const place = planPlace(name);
  if (process.getuid?.() !== 0 && leftovers(place).length > 0)
    throw new WorldFailure(
      `no lab named ${name} is running, and what one has left only root can remove`,
      `sudo npx baton lab --name ${name} down`,
    );
  return clear(place);
}

const listed = (things: readonly string[]): string =>
  things.map((thing) => `  ${thing}`).join("\n");

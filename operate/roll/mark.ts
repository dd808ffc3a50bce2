/**
 * What a roll notes at its desk before it takes a node out of the election: by it alone the next
 * roll tells the maintenance that one which was killed has left from what a person has begun.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { reasonOf, WorldFailure } from "../../stack/failure.ts";
import { makeFolders } from "../../stack/folder.ts";
import type { CloudHost } from "../cloud.ts";

const mark = z.object({
  stack: z.string(),
  node: z.string(),
  /** Its machine: one that has taken its place is none of the roll's. */
  instance: z.string(),
  /** Whose it is, for people who look into the file. */
  by: z.string(),
});

export type Mark = z.infer<typeof mark>;

/** There is one at most: nodes leave one at a time. */
export type Marks = {
  readonly read: () => Mark | undefined;
  /** @throws WorldFailure where it cannot be kept */
  readonly write: (host: CloudHost) => void;
  readonly remove: () => void;
};

/** @param folder of the desk's state */
export function marksIn(folder: string, stack: string): Marks {
  const file = join(folder, `roll-${stack}.json`);
  return {
    read: () => markIn(file, stack),
    write: ({ host: node, id: instance }) => {
      const by = `process ${process.pid} on ${hostname()}`;
      const part = `${file}.${process.pid}.part`;
      try {
        makeFolders(folder, 0o700);
        const text = `${JSON.stringify({ stack, node, instance, by })}\n`;
        writeFileSync(part, text, { mode: 0o600, flush: true });
        // All of it is there, or what was there before.
        renameSync(part, file);
      } catch (error) {
        throw new WorldFailure(
          `${file} cannot be written: ${reasonOf(error)}`,
          "the next roll would not know what this one has left; mend that, and begin again",
        );
      }
    },
    remove: () => {
      try {
        rmSync(file, { force: true });
      } catch (error) {
        throw new WorldFailure(
          `${file} cannot be removed: ${reasonOf(error)}`,
          "remove it: the next roll would take a maintenance of that node for its own",
        );
      }
    },
  };
}

/** Without one that can be read, nothing is known of: then no maintenance is a roll's. */
function markIn(file: string, stack: string): Mark | undefined {
  try {
    const found = mark.parse(JSON.parse(readFileSync(file, "utf8")));
    return found.stack === stack ? found : undefined;
  } catch {
    return undefined;
  }
}

/** When a host has become what its user-data says. */
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { WorldFailure } from "../../stack/failure.ts";
import { leaderOf } from "./boot.ts";
import { consoleOf } from "./disk.ts";
import { journalOf } from "./journal.ts";
import type { Place } from "./place.ts";

export type FirstBoot = {
  readonly seconds: number;
  /** What cloud-init says went wrong; empty when all went well. */
  readonly errors: readonly string[];
};

/** A host that starts again is off for a moment. */
const offMs = 3000;

export type Boot = {
  readonly startedAt: number;
  readonly timeoutMs: number;
  /** Whether it runs, or is being stopped or started in order. */
  readonly isOn: () => boolean;
};

/**
 * Waits until cloud-init has finished on a host.
 * @throws WorldFailure with the host's last words when it takes too long, or the host ends
 */
export async function untilBooted(
  place: Place,
  id: string,
  { startedAt, timeoutMs, isOn }: Boot,
): Promise<FirstBoot> {
  let onAt = Date.now();
  for (;;) {
    if (isOn()) onAt = Date.now();
    if (Date.now() - onAt > offMs)
      throw new WorldFailure(
        `${id} ended before it had booted; its last words:\n${lastWords(place, id)}`,
        "was it killed or stopped by a command? else the machine's own journal may tell more",
      );
    const leader = leaderOf(place, id);
    // Through the process's own view: a file of the host's memory is not on its disk.
    const result = `/proc/${leader}/root/run/cloud-init/result.json`;
    if (leader !== undefined && existsSync(result)) {
      const { v1 } = JSON.parse(readFileSync(result, "utf8"));
      return { seconds: (Date.now() - startedAt) / 1000, errors: v1.errors };
    }
    if (Date.now() - startedAt > timeoutMs) {
      const last = (await journalOf(place, id)).trimEnd().split("\n").slice(-15).join("\n");
      throw new WorldFailure(
        `${id} has not finished its first boot in ${Math.round(timeoutMs / 1000)} s:\n${last}`,
        "look into its journal",
      );
    }
    await wait(50);
  }
}

const lastWords = (place: Place, id: string): string => {
  const file = consoleOf(place, id);
  const said = existsSync(file) ? readFileSync(file, "utf8").trimEnd() : "";
  return said.split("\n").slice(-5).join("\n") || "(none)";
};

/** Runs a command on a host, with no more power over this machine than the host itself has. */
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { attempt, type Outcome, programPath } from "../command.ts";
import { LabFailure } from "../failure.ts";
import { hostGroup, leaderOf } from "./boot.ts";
import { enter, makeGroup } from "./cgroup.ts";
import { consoleOf } from "./disk.ts";
import type { Place } from "./place.ts";

/** @throws LabFailure when the host is off */
export async function execOn(place: Place, id: string, argv: readonly string[]): Promise<Outcome> {
  const leader = leaderOf(place, id);
  if (leader === undefined) throw new LabFailure(`${id} is off`, "start it first");
  // The clock, for one, is the machine's, and entering a namespace takes no capability away.
  const lost = capabilitiesLost(boundsOf("self"), boundsOf(String(leader)));
  // What it starts is the host's: a power cut kills it, and a freeze stops it.
  const groups = await makeGroup(place, `${hostGroup(id)}/exec`);
  const argvInside = [
    ...["nsenter", "-t", String(leader), "-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w", "--"],
    ...(lost === "" ? [] : ["setpriv", "--bounding-set", lost]),
    ...["env", "-i", `PATH=${programPath}`, "HOME=/root", "TERM=dumb", "LANG=C.UTF-8"],
    ...argv,
  ];
  return attempt(enter(groups, argvInside));
}

const boundsOf = (pid: string): bigint => {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
};

/** In `setpriv`'s words: all that the machine's side has and the host's first process has not. */
export function capabilitiesLost(own: bigint, host: bigint): string {
  const more = own & ~host;
  return Array.from({ length: 64 }, (_, bit) => bit)
    .filter((bit) => (more >> BigInt(bit)) & 1n)
    .map((bit) => `-cap_${bit}`)
    .join(",");
}

export type FirstBoot = {
  readonly seconds: number;
  /** What cloud-init says went wrong; empty when all went well. */
  readonly errors: readonly string[];
};

/**
 * Waits until cloud-init has finished on a host.
 * @throws LabFailure with the end of the host's console when it takes too long
 */
export async function untilBooted(
  place: Place,
  id: string,
  startedAt: number,
  timeoutMs: number,
): Promise<FirstBoot> {
  for (;;) {
    const leader = leaderOf(place, id);
    // Through the process's own view: a file of the host's memory is not on its disk.
    const result = `/proc/${leader}/root/run/cloud-init/result.json`;
    if (leader !== undefined && existsSync(result)) {
      const { v1 } = JSON.parse(readFileSync(result, "utf8"));
      return { seconds: (Date.now() - startedAt) / 1000, errors: v1.errors };
    }
    if (Date.now() - startedAt > timeoutMs) {
      const console = readFileSync(consoleOf(place, id), "utf8").split("\n").slice(-15).join("\n");
      throw new LabFailure(
        `${id} has not finished its first boot in ${Math.round(timeoutMs / 1000)} s:\n${console}`,
        "look into its journal",
      );
    }
    await wait(50);
  }
}

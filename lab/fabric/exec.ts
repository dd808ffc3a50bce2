/** Runs a command on a host, with no more power over this machine than the host itself has. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { WorldFailure } from "../../stack/failure.ts";
import { attempt, type Outcome, programPath } from "../command.ts";
import { hostGroup, leaderOf } from "./boot.ts";
import { enter, isFrozen, makeGroup } from "./cgroup.ts";
import { type Place, wordFor } from "./place.ts";

/** @throws WorldFailure when the host is off or frozen */
export async function execOn(place: Place, id: string, argv: readonly string[]): Promise<Outcome> {
  const leader = leaderOf(place, id);
  if (leader === undefined)
    throw new WorldFailure(`${id} is off`, `\`${wordFor(place, "boot", id)}\` switches it on`);
  // It would stop there as well, and with it whoever waits for it.
  if (isFrozen(join(place.cgroup, hostGroup(id))))
    throw new WorldFailure(
      `${id} is frozen and runs nothing`,
      `\`${wordFor(place, "thaw", id)}\` lets it go on`,
    );
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
  let pid: number | undefined;
  const look = setInterval(() => pid !== undefined && goOn(pid), lookMs);
  try {
    return await attempt(enter(groups, argvInside), {
      onStart: (started) => {
        pid = started;
      },
    });
  } finally {
    clearInterval(look);
  }
}

const lookMs = 500;

/**
 * A host that shuts down stops all that runs on it, and nsenter stops itself with its child.
 * Stopped, it would never learn that the child is dead, nor the host end before somebody has.
 */
function goOn(pid: number): void {
  try {
    // The name, in brackets, may hold anything; after it comes the state.
    const state = /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];
    if (state === "T") process.kill(pid, "SIGCONT");
  } catch {
    // It has ended.
  }
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

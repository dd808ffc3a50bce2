/** Groups of processes that are killed and frozen as one, whatever they started. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { WorldFailure } from "../../stack/failure.ts";
import type { Place } from "./place.ts";

/** The folders of a group of the lab, for `enter`. */
export const groupFolders = ({ cgroups }: Place, group: string): readonly string[] =>
  cgroups.map((root) => join(root, group));

/** Makes a group of the lab; gives its folders. */
export async function makeGroup(place: Place, group: string): Promise<readonly string[]> {
  const folders = groupFolders(place, group);
  for (const folder of folders) await mkdir(folder, { recursive: true });
  return folders;
}

/** A command that first enters the groups: a program's children are in them from the start. */
export const enter = (folders: readonly string[], argv: readonly string[]): string[] => {
  const steps = folders.map((_, index) => `echo $$ >"$${index + 1}/cgroup.procs"`);
  const script = `set -e; ${steps.join("; ")}; shift ${folders.length}; exec "$@"`;
  return ["sh", "-c", script, "sh", ...folders, ...argv];
};

/** Kills all processes of a group at once, frozen ones too, and waits until they are gone. */
export async function killGroup(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  await writeFile(join(folder, "cgroup.kill"), "1").catch((error: Error) => {
    throw new WorldFailure(
      `the processes of ${folder} cannot be killed: ${error.message}`,
      "the lab needs Linux 5.14 or newer",
    );
  });
  await until(() => !eventOf(folder, "populated"), `the processes of ${folder} do not end`);
}

/** Stops or continues all processes of a group, and waits until it is so. */
export async function freezeGroup(folder: string, on: boolean): Promise<void> {
  await writeFile(join(folder, "cgroup.freeze"), on ? "1" : "0");
  await until(() => eventOf(folder, "frozen") === on, `${folder} does not freeze or thaw`);
}

export const isFrozen = (folder: string): boolean => eventOf(folder, "frozen");

/** Removes an empty group with all below it, in every hierarchy. */
export async function removeGroup({ cgroups }: Place, group = ""): Promise<void> {
  for (const root of cgroups) await removeFolder(join(root, group));
}

async function removeFolder(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await removeFolder(join(folder, entry.name));
  // The kernel lets go of a group a moment after its last process.
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await rmdir(folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") return;
      if (attempt === 100)
        throw new WorldFailure(`${folder} cannot be removed (${code})`, "end what runs in it");
      await wait(20);
    }
  }
}

/** One line of what the kernel tells about a group. */
function eventOf(folder: string, name: "populated" | "frozen"): boolean {
  try {
    return readFileSync(join(folder, "cgroup.events"), "utf8").includes(`${name} 1`);
  } catch {
    return false;
  }
}

async function until(condition: () => boolean, complaint: string): Promise<void> {
  for (let attempt = 0; !condition(); attempt += 1) {
    if (attempt === 1000) throw new WorldFailure(complaint, "is the machine overloaded?");
    await wait(10);
  }
}

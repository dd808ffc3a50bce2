/** What a host has written down, on or off. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "../command.ts";
import { hostGroup, leaderOf } from "./boot.ts";
import { isFrozen } from "./cgroup.ts";
import { rootOf } from "./disk.ts";
import { execOn } from "./exec.ts";
import type { Place } from "./place.ts";

const journalctl = ["journalctl", "--no-pager", "--output=short-iso-precise"];

/**
 * The journal of all of a host's boots, oldest first; of one that is off or frozen, as its disk has it.
 * @param unit whose lines alone are wanted
 */
export async function journalOf(place: Place, id: string, unit?: string): Promise<string> {
  const argv = [...journalctl, ...(unit === undefined ? [] : [`--unit=${unit}`])];
  const runs = leaderOf(place, id) !== undefined && !isFrozen(join(place.cgroup, hostGroup(id)));
  if (runs) return said(await execOn(place, id, argv));
  const root = rootOf(place, id);
  if (!existsSync(join(root, "usr/bin/journalctl"))) return "";
  // The host's own program reads it: another version's might not know the format.
  return said(await attempt(["chroot", root, ...argv]));
}

const said = ({ stdout, stderr }: { stdout: string; stderr: string }) => `${stdout}${stderr}`;

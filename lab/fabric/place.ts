/** Where a lab keeps what it makes: everything carries the lab's name, so that all can be found. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { WorldFailure } from "../../stack/failure.ts";

export type Place = {
  /** Tells two labs of one process apart: the first may have failed, and not be away yet. */
  readonly mark: string;
  /** Begins the name of each namespace, cgroup and machine. */
  readonly name: string;
  /** Disks, logs and lists; removed with the lab. */
  readonly folder: string;
  readonly router: string;
  readonly client: string;
  /** The cgroup of all that the lab runs: where processes are killed and frozen. */
  readonly cgroup: string;
  /** The same cgroup in the other hierarchy, on machines that have two. */
  readonly cgroups: readonly string[];
};

/**
 * Plans a lab's names on this machine.
 * @param name of the lab; two labs at once need two
 * @throws WorldFailure on a machine without cgroup v2
 */
export function planPlace(name: string, folder = `/run/${name}`): Place {
  mustBeName(name);
  const hierarchies = cgroupRoots();
  const [first = ""] = hierarchies;
  return {
    mark: randomUUID(),
    name,
    folder,
    router: `${name}.router`,
    client: `${name}.client`,
    cgroup: join(first, name),
    cgroups: hierarchies.map((root) => join(root, name)),
  };
}

/** No dot, which ends it in longer names: one lab never takes another's things for its own. */
export const isName = (text: string): boolean => /^[a-z][a-z0-9-]{0,20}$/.test(text);

/** @throws WorldFailure for what names nothing, or another folder */
export function mustBeName(text: string): void {
  if (isName(text)) return;
  throw new WorldFailure(
    `${JSON.stringify(text)} cannot be a lab's name`,
    "use small letters, digits and dashes",
  );
}

/** The name of a lab that was given none. */
export const usualName = "baton-lab";

/** What to type for a word about a host of this lab. */
export const wordFor = ({ name }: Place, verb: string, host: string): string =>
  ["npx baton lab", ...(name === usualName ? [] : [`--name ${name}`]), verb, host].join(" ");

export const hostFolder = (place: Place, id: string): string => join(place.folder, "hosts", id);

export const netnsOf = (place: Place, id: string): string => `${place.name}.host-${id}`;

export const netnsPath = (netns: string): string => `/run/netns/${netns}`;

/** cgroup v2, alone or beside the older hierarchies that systemd then keeps for itself. */
function cgroupRoots(): readonly string[] {
  const top = "/sys/fs/cgroup";
  if (existsSync(`${top}/cgroup.controllers`)) return [top];
  if (existsSync(`${top}/unified/cgroup.controllers`))
    return [`${top}/unified`, ...(existsSync(`${top}/systemd`) ? [`${top}/systemd`] : [])];
  throw new WorldFailure(
    "this machine has no cgroup v2 below /sys/fs/cgroup",
    "run the lab where it is mounted: systemd does so, and containers pass it on",
  );
}

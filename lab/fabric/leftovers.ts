/** Finds and removes what a lab has made, also one that crashed: by name, in the kernel's lists. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { WorldFailure } from "../../stack/failure.ts";
import { attempt, must } from "../command.ts";
import { mountsBelow } from "../mounts.ts";
import { hostGroup } from "./boot.ts";
import { killGroup, removeGroup } from "./cgroup.ts";
import { isName, type Place, planPlace } from "./place.ts";
import { deskGroup, serviceGroup } from "./service.ts";

/** What is left of a lab, in words; empty when nothing is. */
export const leftovers = (place: Place): readonly string[] => [
  ...place.cgroups.filter((folder) => existsSync(folder)).map((folder) => `cgroup ${folder}`),
  ...mountsBelow(place.folder).map((path) => `mount ${path}`),
  ...namespaces(place).map((name) => `network namespace ${name}`),
  ...(existsSync(place.folder) ? [`folder ${place.folder}`] : []),
];

const namespaces = ({ name }: Place): string[] =>
  existsSync("/run/netns")
    ? readdirSync("/run/netns").filter((entry) => entry.startsWith(`${name}.`))
    : [];

/**
 * Removes all of it: processes first, for they hold the rest. Does nothing twice.
 * @throws WorldFailure when what has this name is no lab's, as `/run/docker`
 */
export async function sweep(place: Place): Promise<void> {
  refuseOthers(place);
  await killGroup(place.cgroup);
  await removeGroup(place);
  for (const netns of namespaces(place)) await attempt(["ip", "netns", "del", netns]);
  for (const path of mountsBelow(place.folder)) await must(["umount", path]);
  removeFolder(place);
  removePropagationFolders(place);
}

/**
 * Removes a lab that nobody runs any more, and gives what there was, in words.
 * @throws WorldFailure while its process lives, or what has this name is no lab's
 */
export async function clear(place: Place): Promise<readonly string[]> {
  const owner = ownerOf(place);
  if (owner !== undefined)
    throw new WorldFailure(
      `the lab ${place.name} is process ${owner}, which takes no commands now`,
      `it may be coming up or going down; \`kill ${owner}\` ends it in order`,
    );
  const left = leftovers(place);
  if (left.length > 0) await sweep(place);
  return left;
}

/** Names of labs whose processes are gone and whose things are not. */
export const abandoned = (): readonly string[] =>
  readdirSync("/run")
    .filter((name) => isName(name) && existsSync(join("/run", name, "owner")))
    .filter((name) => ownerOf(planPlace(name)) === undefined);

/** A name may be another program's already, whose processes and files are none of the lab's. */
function refuseOthers(place: Place): void {
  const others = [
    ...(isLabFolder(place) ? [] : [place.folder]),
    ...place.cgroups.filter((folder) => existsSync(folder) && !isLabGroup(folder)),
  ];
  if (others.length === 0) return;
  throw new WorldFailure(
    `${place.name} is the name of something that is no lab: see ${others.join(" and ")}`,
    "nothing of it was touched; use another name: `npx baton lab --name my-lab up`, or `npm start -- --name my-lab`",
  );
}

/**
 * Beside what says that it is a lab's: what a program that has outlived one makes anew below, as
 * the engine its locks.
 */
const isLabFolder = (place: Place): boolean =>
  existsSync(ownerFile(place)) ||
  entriesOf(place.folder).every((name) => {
    const below = remains[name];
    return entriesOf(join(place.folder, name)).every((one) => below?.includes(one)) && below;
  });

/** What is written to by commands at the desk: the engine's own files, and what `baton` notes. */
const remains: Readonly<Record<string, readonly string[]>> = {
  engine: ["bin", "home", "state", "project", "passphrase"],
  cloud: ["desk"],
};

/** Processes of a lab are in groups below, of the gateway's services and of hosts. */
function isLabGroup(folder: string): boolean {
  const below = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory());
  return (
    below.every(
      ({ name }) => [serviceGroup, deskGroup].includes(name) || name.startsWith(hostGroup("")),
    ) && readFileSync(join(folder, "cgroup.procs"), "utf8").trim() === ""
  );
}

const entriesOf = (folder: string): readonly string[] =>
  statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : [];

/** Last of all what says that it is a lab's, so that the next run can go on where this one ends. */
function removeFolder(place: Place): void {
  for (const path of entriesOf(place.folder).map((entry) => join(place.folder, entry)))
    if (path !== ownerFile(place)) rmSync(path, { recursive: true, force: true });
  rmSync(place.folder, { recursive: true, force: true });
}

/** nspawn leaves an empty folder behind for each machine. */
function removePropagationFolders({ name }: Place): void {
  const folder = "/run/systemd/nspawn/propagate";
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder))
    if (entry.startsWith(`${name}.`)) rmSync(join(folder, entry), { recursive: true });
}

const ownerFile = (place: Place): string => join(place.folder, "owner");

/**
 * Notes that this lab has the name, for as long as its process lives.
 * @throws WorldFailure when another one that lives has it
 */
export function own(place: Place): void {
  refuseSecond(place);
  mkdirSync(place.folder, { recursive: true, mode: 0o755 });
  writeFileSync(ownerFile(place), `${process.pid} ${startOf(process.pid)} ${place.mark}\n`);
}

/** @throws WorldFailure when another lab that lives has the name */
export function refuseSecond(place: Place): void {
  const other = ownerOf(place);
  if (other === undefined) return;
  throw new WorldFailure(
    `a lab named ${place.name} is running already, as process ${other}`,
    "end it first, or use another name: `--name NAME`",
  );
}

/** The process of another lab that has the name. One that crashed has it no more. */
export function ownerOf(place: Place): number | undefined {
  if (!existsSync(ownerFile(place))) return undefined;
  const [pid = "", start, mark] = readFileSync(ownerFile(place), "utf8").trim().split(" ");
  // A full disk leaves an empty file, which is nobody's.
  const lives = start !== undefined && startOf(Number(pid)) === start;
  return lives && mark !== place.mark ? Number(pid) : undefined;
}

/** When a process was started; the number alone may have gone to another process since. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is a name that may hold spaces and brackets.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

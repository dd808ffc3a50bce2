/** Builds an image once: a Debian root file system, ready as a whole or not there at all. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chmod, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { callerOf, makeFolder } from "../caller.ts";
import { attempt, must } from "../command.ts";
import { mountsBelow } from "../mounts.ts";
import { sourcesFor } from "./apt-sources.ts";
import { type ImageFile, imageFiles } from "./files.ts";
import { type Flavour, packagesOf, releases } from "./flavour.ts";
import { imagePlan } from "./where.ts";

export type BuildOptions = {
  readonly cache: string;
  /** Called with what is being done, a few words at a time. */
  readonly report?: (text: string) => void;
  readonly signal?: AbortSignal;
};

/**
 * The root file system of a flavour; built on first use, which takes about a minute.
 * @returns its folder, to be used read-only
 * @throws WorldFailure when a package mirror cannot be reached or the disk is full; the signal's
 *   reason when it was ended, with nothing left
 */
export async function ensureImage(flavour: Flavour, options: BuildOptions): Promise<string> {
  const { folder, built } = imagePlan(flavour, options.cache);
  if (built) return folder;
  const part = `${folder}.part-${process.pid}`;
  makeFolder(dirname(folder), callerOf(process.env));
  await removeDeadParts(dirname(folder));
  try {
    await bootstrap(flavour, part, options).catch((error) => {
      options.signal?.throwIfAborted();
      throw error;
    });
    await finish(flavour, part);
    await rename(part, folder).catch((error: NodeJS.ErrnoException) => {
      // Somebody else has built the same image meanwhile; one of the two is enough.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await remove(part);
  }
  return folder;
}

async function bootstrap(flavour: Flavour, part: string, options: BuildOptions): Promise<void> {
  const { suite, title } = releases[flavour];
  const sources = machineSources(suite);
  const excluded = ["man", "locale", "doc", "info"].map(
    (name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`,
  );
  const argv = [
    ...["mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory"],
    ...[`--include=${packagesOf(flavour).join(",")}`, "--aptopt=APT::Install-Recommends false"],
    ...(await acquireChoices()),
    ...excluded,
    ...[suite, part],
    ...(sources === "" ? [] : ["-"]),
  ];
  await must(
    argv,
    {
      input: sources,
      onLine: (line) => {
        if (line.startsWith("I: ") && !options.signal?.aborted)
          options.report?.(`${title}: ${line.slice(3)}`);
      },
      ...(options.signal && { signal: options.signal }),
    },
    "can this machine reach its Debian mirror, and has the disk 500 MB left?",
  );
}

/** Brings the file system from Debian's state to an image's: nothing of this machine, no identity. */
async function finish(flavour: Flavour, root: string): Promise<void> {
  const inside = (path: string) => join(root, path);
  for (const path of ["/etc/apt/sources.list", "/etc/hostname", "/var/lib/cloud"])
    await rm(inside(path), { recursive: true, force: true });
  for (const [folder, pattern] of [
    ["/etc/apt/sources.list.d", /./],
    ["/etc/apt/apt.conf.d", /mmdebstrap|proxy/],
    ["/etc/ssh", /^ssh_host_/],
  ] as const) {
    for (const name of listed(inside(folder)).filter((found) => pattern.test(found)))
      await rm(inside(`${folder}/${name}`), { recursive: true });
  }
  // A role comes with its user-data, not with the image.
  for (const unit of ["haproxy", "keepalived", "nginx"])
    await rm(inside(`/etc/systemd/system/multi-user.target.wants/${unit}.service`), {
      force: true,
    });
  // With this folder the journal outlives a power cut.
  await mkdir(inside("/var/log/journal"), { recursive: true });
  for (const file of imageFiles(flavour)) await place(root, file);
}

/** Writes a file or a link below a folder, in the place of what was there. */
export async function place(root: string, file: ImageFile): Promise<void> {
  const path = join(root, file.path);
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  if ("target" in file) return symlink(file.target, path);
  await writeFile(path, file.content);
  await chmod(path, file.mode ?? 0o644);
}

/** Debian's sources of this machine for another release; nothing elsewhere, where the default does. */
function machineSources(suite: string): string {
  const system = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  const release = /^VERSION_CODENAME=(\S+)$/m.exec(system)?.[1];
  if (!/^ID=debian$/m.test(system) || release === undefined) return "";
  const folder = "/etc/apt/sources.list.d";
  const texts = ["/etc/apt/sources.list", ...listed(folder).map((name) => join(folder, name))]
    .filter((path) => /\.(list|sources)$/.test(path) && existsSync(path))
    .map((path) => sourcesFor(readFileSync(path, "utf8"), release, suite))
    .filter((text) => text !== "");
  // apt's two forms do not go into one file; a machine that has both says the same in each.
  const newer = texts.filter((text) => text.startsWith("Types:"));
  return (newer.length > 0 ? newer : texts).join("\n");
}

/** The machine's own choices about fetching: a proxy, say, or how old a mirror may be. */
async function acquireChoices(): Promise<string[]> {
  const { stdout } = await attempt(["apt-config", "dump", "--no-empty"]);
  return [...stdout.matchAll(/^(Acquire::(?:Check-\S+|https?::\S+|Retries\S*)) "(.*)";$/gm)].map(
    ([, name, value]) => `--aptopt=${name} "${value}"`,
  );
}

const listed = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** Half images of builders that are gone. */
async function removeDeadParts(folder: string): Promise<void> {
  for (const name of listed(folder)) {
    const pid = /\.part-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) await remove(join(folder, name));
  }
}

/** Never crosses into a mount: a half image may still have this machine's /dev in it. */
async function remove(part: string): Promise<void> {
  if (!existsSync(part)) return;
  for (const path of mountsBelow(part)) await must(["umount", path]);
  await must(["rm", "--recursive", "--force", "--one-file-system", part]);
}

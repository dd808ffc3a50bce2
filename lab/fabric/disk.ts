/** A host's disk: an image that nobody writes to, and what the host wrote on top of it. */
import { readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { WorldFailure } from "../../stack/failure.ts";
import { attempt, must } from "../command.ts";
import { place as putFile } from "../image/build.ts";
import { mountsBelow } from "../mounts.ts";
import { gateway } from "./addresses.ts";
import { hostFolder, netnsOf, type Place } from "./place.ts";
import type { HostSpec } from "./state.ts";

export const rootOf = (place: Place, id: string): string => join(hostFolder(place, id), "root");

export const consoleOf = (place: Place, id: string): string =>
  join(hostFolder(place, id), "console.log");

/**
 * Makes a new host's disk and mounts it.
 * @param authority certificate of the lab's own CA, in PEM, that the host is to trust
 */
export async function makeDisk(
  place: Place,
  spec: HostSpec,
  image: string,
  authority: string | undefined,
): Promise<void> {
  const folder = hostFolder(place, spec.id);
  const [upper, work, root] = ["upper", "work", "root"].map((name) => join(folder, name));
  for (const path of [upper, work, root]) await mkdir(path ?? "", { recursive: true });
  await writeSeed(upper ?? "", spec, image, authority);
  const { code, stderr } = await attempt([
    ...["mount", "-t", "overlay", netnsOf(place, spec.id)],
    ...["-o", `lowerdir=${image},upperdir=${upper},workdir=${work}`, root ?? ""],
  ]);
  if (code === 0) return;
  throw new WorldFailure(
    `the disk of ${spec.name} cannot be mounted: ${stderr.trim()}`,
    `${folder} must lie on a real file system or a tmpfs, not on an overlay; choose another folder`,
  );
}

/** What differs from host to host: the name of its link, where names are asked, whom it trusts. */
async function writeSeed(upper: string, spec: HostSpec, image: string, authority?: string) {
  const link = spec.links.find(({ kind }) => kind === "public")?.name;
  // By name: a link of the lab has no permanent MAC, by which networkd would look for it.
  const links = link === undefined ? "{}" : `{${link}: {dhcp4: true, accept-ra: false}}`;
  await putFile(upper, {
    path: "/etc/cloud/cloud.cfg.d/92-lab-links.cfg",
    content: `network: {version: 2, ethernets: ${links}}\n`,
  });
  // The image stands in for those of other systems, which have users of their own.
  if (spec.user !== undefined)
    await putFile(upper, {
      path: "/etc/cloud/cloud.cfg.d/91-lab-user.cfg",
      content: `system_info: {default_user: {name: ${spec.user}}}\n`,
    });
  await putFile(upper, { path: "/etc/resolv.conf", content: `nameserver ${gateway}\n` });
  if (authority === undefined) return;
  const store = "/etc/ssl/certs/ca-certificates.crt";
  const known = readFileSync(join(image, store), "utf8");
  await putFile(upper, { path: store, content: `${known.trimEnd()}\n${authority.trim()}\n` });
  // A later `update-ca-certificates` on the host finds it here.
  await putFile(upper, {
    path: "/usr/local/share/ca-certificates/baton-lab.crt",
    content: `${authority.trim()}\n`,
  });
}

export async function removeDisk(place: Place, id: string): Promise<void> {
  const root = rootOf(place, id);
  if (mountsBelow(root).length > 0) await must(["umount", root]);
  await rm(hostFolder(place, id), { recursive: true, force: true });
}

/** What the lab needs of the machine, asked before anything is made. */
import { existsSync } from "node:fs";
import { WorldFailure } from "../../stack/failure.ts";
import { programPath } from "../command.ts";

/** Debian package of each program. */
const packages: Readonly<Record<string, string>> = {
  conntrack: "conntrack",
  dnsmasq: "dnsmasq-base",
  ip: "iproute2",
  mmdebstrap: "mmdebstrap",
  mount: "mount",
  nft: "nftables",
  nsenter: "util-linux",
  "ssh-keygen": "openssh-client",
  "systemd-nspawn": "systemd-container",
};

/** The packages that one command installs; `npm test` does so itself. */
export const labPackages: readonly string[] = [...new Set(Object.values(packages))].sort();

/** @throws WorldFailure that names all that is missing, and the command that brings it */
export function checkNeeds(uid = process.getuid?.(), path = programPath): void {
  if (process.platform !== "linux")
    throw new WorldFailure("the lab boots Linux hosts", "run it on Linux");
  if (uid !== 0)
    throw new WorldFailure(
      "the lab makes network namespaces and boots hosts, which only root may",
      "run its process by sudo",
    );
  const missing = Object.keys(packages).filter((name) => !onPath(name, path));
  if (missing.length === 0) return;
  const list = [...new Set(missing.map((name) => packages[name]))].join(" ");
  throw new WorldFailure(
    `the lab needs programs that are not here: ${missing.join(", ")}`,
    `install them: apt-get install --no-install-recommends ${list}`,
  );
}

const onPath = (program: string, path: string): boolean =>
  path.split(":").some((folder) => existsSync(`${folder}/${program}`));

/**
 * A double of an OpenBSD host: the real shell, awk, install and openssl of this machine run a
 * script in a mount namespace whose /etc, /var, /home, /usr/local and /tmp are a scratch folder,
 * while doubles stand in for the commands that only OpenBSD has, and record how they were called.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const mounted = ["etc", "var", "home", "usr/local", "tmp"] as const;
const asRoot = process.getuid?.() === 0;

/** Without root, a user namespace knows one account: all of them have its number. */
const accountId = asRoot ? "$((900 + $(wc -l </etc/passwd)))" : "0";

const doubled = `#!/bin/sh
name=\${0##*/}
{ printf '%s' "$name"; for word; do printf ' %s' "$word"; done; echo; } >>/mnt/calls
[ ! -e "/mnt/failing/$name" ] || exit 1
case $name in
rcctl)
	case $1 in
	check) [ -e "/mnt/running/$2" ] ;;
	start | restart) : >"/mnt/running/$2" ;;
	esac
	;;
useradd)
	case $1 in -m) home=yes ;; *) home= ;; esac
	for name; do :; done
	id=${accountId}
	echo "$name:x:$id:$id::/home/$name:/bin/sh" >>/etc/passwd
	echo "$name:x:$id:" >>/etc/group
	[ -z "$home" ] || mkdir "/home/$name"
	;;
ftp) cp /mnt/bundle "$3" ;;
sha256) sha256sum "$2" | cut -d ' ' -f 1 ;;
esac
`;

/** `sleep` among them, so that no test waits for a mirror that will not answer. */
const doubles = "rcctl pfctl pkg_add ifconfig sysctl useradd ftp sha256 sleep".split(" ");

/** What an image has before its first boot; the last line of pf.conf lacks its end. */
const image: Readonly<Record<string, string>> = {
  "etc/passwd": "root:x:0:0::/root:/bin/sh\n",
  "etc/group": "wheel:x:0:\n",
  "etc/hostname.vio0": 'inet autoconf\n!/usr/local/libexec/cloud-agent "\\$if"\n',
  "etc/pf.conf":
    "set skip on lo\nblock return\npass\nblock return in on ! lo0 proto tcp to port 6000:6010\n" +
    "block return out log proto {tcp udp} user _pbuild",
  "etc/netstart": 'echo "netstart $*" >>/mnt/calls\n',
};

export type Ran = {
  readonly status: number | null;
  readonly errors: string;
  /** Calls of the doubles, in order. */
  readonly calls: readonly string[];
};

export class OpenbsdDouble {
  readonly folder = mkdtempSync(join(tmpdir(), "baton-openbsd-"));

  constructor() {
    for (const name of [...mounted, "bin", "running", "failing", "var/db", "etc/alternatives"]) {
      mkdirSync(join(this.folder, name), { recursive: true });
    }
    chmodSync(join(this.folder, "tmp"), 0o1777);
    for (const [path, text] of Object.entries(image)) this.write(path, text);
    for (const name of doubles) this.write(`bin/${name}`, doubled, 0o755);
  }

  write(path: string, text: string, mode = 0o644): void {
    writeFileSync(join(this.folder, path), text, { mode });
  }

  /** Makes a doubled command fail, or work again. */
  failing(name: string, fails: boolean): void {
    const flag = join(this.folder, "failing", name);
    if (fails) writeFileSync(flag, "");
    else rmSync(flag, { force: true });
  }

  /** Runs a script once with the named shell. */
  run(script: string, shell: string): Ran {
    this.write("script", script);
    this.write("calls", "");
    const steps = [
      `mount --bind '${this.folder}' /mnt`,
      // Debian's awk is found by way of this folder.
      "mount --bind /etc/alternatives /mnt/etc/alternatives",
      ...mounted.map((name) => `mount --rbind /mnt/${name} /${name}`),
      `exec env -i PATH=/mnt/bin:/usr/bin:/bin:/usr/sbin:/sbin ${shell} /mnt/script`,
    ];
    const flags = asRoot ? "--mount" : "--map-root-user --mount";
    const { status, stderr, error } = spawnSync(
      "unshare",
      [...flags.split(" "), "sh", "-ec", steps.join("\n")],
      { encoding: "utf8" },
    );
    if (error) throw error;
    const calls = this.read("calls").toString().split("\n").slice(0, -1);
    return { status, errors: stderr, calls };
  }

  read(path: string): Buffer {
    return readFileSync(join(this.folder, path));
  }

  exists(path: string): boolean {
    return existsSync(join(this.folder, path));
  }

  mode(path: string): string {
    return (lstatSync(join(this.folder, path)).mode & 0o7777).toString(8).padStart(4, "0");
  }

  /** Every file with its owner, mode and content. */
  tree(): Record<string, string> {
    const entries = mounted.flatMap((name) =>
      readdirSync(join(this.folder, name), { recursive: true, encoding: "utf8" }).map(
        (path) => `${name}/${path}`,
      ),
    );
    return Object.fromEntries(
      entries.sort().map((path) => {
        const { uid, gid } = lstatSync(join(this.folder, path));
        const file = lstatSync(join(this.folder, path)).isFile();
        const content = file ? this.read(path).toString("base64") : "";
        return [path, `${uid}:${gid} ${this.mode(path)} ${content}`];
      }),
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

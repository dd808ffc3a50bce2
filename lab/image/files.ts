/** Files that make a Debian system an image of the lab's cloud: nothing of them is in user-data. */
import type { Flavour } from "./flavour.ts";

/** A file below the image's root, or a link when it has a target. */
export type ImageFile =
  | { readonly path: string; readonly content: string; readonly mode?: number }
  | { readonly path: string; readonly target: string };

const units = "/etc/systemd/system";
const library = "/lib/systemd/system";

const masked = (unit: string): ImageFile => ({ path: `${units}/${unit}`, target: "/dev/null" });
const wanted = (unit: string, by: string): ImageFile => ({
  path: `${units}/${by}.wants/${unit}`,
  target: `${library}/${unit}`,
});

/** Work that a host of a few minutes does not need, and that would fail in a container. */
const idle = [
  "apt-daily-upgrade.timer",
  "apt-daily.timer",
  "dpkg-db-backup.timer",
  "e2scrub_all.timer",
  "e2scrub_reap.service",
  "fstrim.timer",
  "systemd-pstore.service",
];

const cloudConfig = (flavour: Flavour): string => {
  const order = flavour === "netplan" ? "[netplan, eni]" : "[eni, netplan]";
  return `# The lab's image, as a cloud's vendor would configure it.
# One datasource alone is taken without looking at the machine, which a container cannot show.
datasource_list: [Exoscale]
datasource:
  Exoscale: {timeout: 3, retries: 2}
system_info:
  network: {renderers: ${order}, activators: ${order}}
ssh_genkeytypes: [ed25519]
ssh_deletekeys: true
manage_etc_hosts: false
locale: C.UTF-8
growpart: {mode: "off"}
resize_rootfs: false
`;
};

/** /sys is read-only in a container and no udevd runs, but \`netplan apply\` waits for it. */
const udevadm = `#!/bin/sh
# The lab's stand-in for what a container lacks; everything else goes to the real one.
case $1 in trigger | settle | control) exit 0 ;; esac
exec /usr/bin/udevadm "$@"
`;

/** cloud-init 22 looks for its cloud in the DMI, and not at all in a container. */
const detectVirt = `#!/bin/sh
# The lab's stand-in: a cloud's instance is a virtual machine, and no container.
container='' quiet=''
for word; do
  case $word in
    -c | --container) container=1 ;;
    -q | --quiet) quiet=1 ;;
  esac
done
if [ -n "$container" ]; then
  [ -n "$quiet" ] || echo none
  exit 1
fi
[ -n "$quiet" ] || echo kvm
`;

const dmidecode = `#!/bin/sh
# The lab's stand-in: the DMI that the cloud's instances show.
for word; do
  case $word in
    --string=*) key=\${word#--string=} ;;
    --*) ;;
    *) key=$word ;;
  esac
done
case $key in
  system-product-name) echo "Exoscale Compute Platform" ;;
  system-manufacturer) echo "Exoscale" ;;
esac
`;

const program = (name: string, content: string): ImageFile => ({
  path: `/usr/local/sbin/${name}`,
  content,
  mode: 0o755,
});

const networkd: readonly ImageFile[] = [
  program("udevadm", udevadm),
  masked("networking.service"),
  wanted("systemd-networkd.service", "multi-user.target"),
  wanted("systemd-networkd.socket", "sockets.target"),
  wanted("systemd-networkd-wait-online.service", "network-online.target"),
  {
    path: `${units}/dbus-org.freedesktop.network1.service`,
    target: `${library}/systemd-networkd.service`,
  },
];

const ifupdown: readonly ImageFile[] = [
  program("systemd-detect-virt", detectVirt),
  program("dmidecode", dmidecode),
  masked("systemd-networkd.service"),
];

/** All files of the image that come from the lab. */
export const imageFiles = (flavour: Flavour): readonly ImageFile[] => [
  { path: "/etc/cloud/cloud.cfg.d/90-lab.cfg", content: cloudConfig(flavour) },
  { path: "/etc/default/locale", content: "LANG=C.UTF-8\n" },
  // Empty: each host gets an identity of its own at its first boot.
  { path: "/etc/machine-id", content: "" },
  { path: "/etc/resolv.conf", content: "" },
  ...idle.map(masked),
  ...(flavour === "netplan" ? networkd : ifupdown),
];

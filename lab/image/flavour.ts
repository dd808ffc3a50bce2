/** The two kinds of host that the lab can boot, and what is installed in each. */

/** How the host's links are configured: Debian 13 by netplan, Debian 12 by ifupdown. */
export type Flavour = "netplan" | "ifupdown";

export const flavours = ["netplan", "ifupdown"] as const;

/**
 * Debian 12 boots with ifupdown; every other system boots Debian 13 with netplan in its place.
 * @param system as the stack file names it
 */
export const flavourFor = (system: string): Flavour =>
  system === "debian-12" ? "ifupdown" : "netplan";

export type Release = { readonly title: string; readonly suite: string };

export const releases: Readonly<Record<Flavour, Release>> = {
  netplan: { title: "Debian 13", suite: "trixie" },
  ifupdown: { title: "Debian 12", suite: "bookworm" },
};

/** What a cloud's image carries; the second part is what rendered user-data asks for. */
const everywhere = [
  "systemd",
  "systemd-sysv",
  "libnss-systemd",
  "dbus",
  "udev",
  "cloud-init",
  "iproute2",
  "iputils-ping",
  "openssh-server",
  "procps",
  "sudo",
  "gnupg",
  "tcpdump",
  // Preinstalled, so that a first boot asks no package mirror.
  "ca-certificates",
  "curl",
  "haproxy",
  "keepalived",
  "nftables",
  "nginx",
  "nodejs",
];

const own: Readonly<Record<Flavour, readonly string[]>> = {
  netplan: ["netplan.io", "networkd-dispatcher"],
  ifupdown: ["ifupdown", "isc-dhcp-client"],
};

export const packagesOf = (flavour: Flavour): readonly string[] => [...everywhere, ...own[flavour]];

/**
 * The operating systems that a host can run, and what each can carry. Rules, packages and network
 * files follow from this table; nothing else in the code asks for a system by its name.
 */

export const systemNames = [
  "ubuntu-22.04",
  "ubuntu-24.04",
  "debian-12",
  "debian-13",
  "oracle-linux-9",
  "openbsd-7",
] as const;

export type SystemName = (typeof systemNames)[number];

export type NetworkStack = "netplan" | "ifupdown" | "networkmanager" | "hostname.if";

export type System = {
  readonly name: SystemName;
  /** What its package manager is called; names of packages follow from it. */
  readonly packages: "apt" | "dnf" | "pkg_add";
  readonly services: "systemd" | "rcctl";
  /** Network stacks that it can use, the default first. */
  readonly networkStacks: readonly NetworkStack[];
  readonly userData: "cloud-config" | "sh";
  readonly elections: readonly ("heartbeat" | "vrrp" | "carp")[];
  readonly proxies: readonly ("haproxy" | "nginx" | "none")[];
  readonly selinux: boolean;
};

const debianLike = (name: SystemName): System => ({
  name,
  packages: "apt",
  services: "systemd",
  networkStacks: ["netplan", "ifupdown"],
  userData: "cloud-config",
  elections: ["heartbeat", "vrrp"],
  proxies: ["haproxy", "nginx", "none"],
  selinux: false,
});

const oracleLinux9: System = {
  ...debianLike("oracle-linux-9"),
  packages: "dnf",
  networkStacks: ["networkmanager"],
  selinux: true,
};

/** The image's agent runs a script as user-data and knows no cloud-config (clouds: OVH, OpenStack). */
const openbsd7: System = {
  name: "openbsd-7",
  packages: "pkg_add",
  services: "rcctl",
  networkStacks: ["hostname.if"],
  userData: "sh",
  elections: ["carp"],
  proxies: ["none"],
  selinux: false,
};

export const systems: Readonly<Record<SystemName, System>> = {
  "ubuntu-22.04": debianLike("ubuntu-22.04"),
  "ubuntu-24.04": debianLike("ubuntu-24.04"),
  "debian-12": debianLike("debian-12"),
  "debian-13": debianLike("debian-13"),
  "oracle-linux-9": oracleLinux9,
  "openbsd-7": openbsd7,
};

/** The systems that fulfil a condition, for the messages that say which can. */
export const systemsThat = (can: (system: System) => boolean): string =>
  systemNames.filter((name) => can(systems[name])).join(", ");

/** Boots a host: a real systemd in a container, in a network namespace and cgroup of its own. */
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { attempt, must, programPath } from "../command.ts";
import type { Flavour } from "../image/flavour.ts";
import { enter, killGroup, makeGroup, removeGroup } from "./cgroup.ts";
import { consoleOf, rootOf } from "./disk.ts";
import { netnsOf, type Place } from "./place.ts";
import { inNetns, ipBatch, plug, unplug } from "./router.ts";
import type { FabricState, Placed } from "./state.ts";

/** nspawn's exit code when the host has asked for a reboot. */
const rebootCode = 133;

export type Running = {
  /** Lets the host shut itself down, in order. */
  readonly askToEnd: () => void;
  readonly startedAt: number;
  /** Settles when the host has ended, in whatever way. */
  readonly ended: Promise<"off" | "reboot">;
};

export const hostGroup = (id: string): string => `host-${id}`;

/** Starts a host whose disk is mounted; it is booting when this returns. */
export async function boot(place: Place, placed: Placed, state: FabricState): Promise<Running> {
  const { spec } = placed;
  const netns = netnsOf(place, spec.id);
  const groups = await makeGroup(place, hostGroup(spec.id));
  await must(["ip", "netns", "add", netns]);
  await ipBatch(netns, ["link set lo up"]);
  // Looking for other owners of an IPv6 address takes seconds, and there are none.
  const noDetection = ["all", "default"].map((name) => `net.ipv6.conf.${name}.accept_dad=0`);
  await must(inNetns(netns, ["sysctl", "-qw", ...noDetection]));
  for (const link of spec.links) await plug(place, placed, link, state);
  const [program = "", ...args] = enter(groups, inNetns(netns, nspawn(place, placed)));
  const log = openSync(consoleOf(place, spec.id), "a");
  const child = spawn(program, args, {
    detached: true,
    stdio: ["ignore", log, log],
    env: {
      PATH: programPath,
      SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1",
      SYSTEMD_NSPAWN_API_VFS_WRITABLE: "network",
    },
  });
  closeSync(log);
  const ended = new Promise<"off" | "reboot">((resolve) => {
    child.on("close", (code) => resolve(code === rebootCode ? "reboot" : "off"));
    child.on("error", () => resolve("off"));
  });
  return { askToEnd: () => void child.kill("SIGTERM"), startedAt: Date.now(), ended };
}

/**
 * nspawn runs inside the host's network namespace, because with an option of its own for that the
 * guest's /sys would show the links of the machine.
 */
const nspawn = (place: Place, { spec }: Placed): string[] => [
  ...["systemd-nspawn", "--quiet", "--keep-unit", "--register=no", "--console=pipe"],
  ...[`--machine=${netnsOf(place, spec.id)}`, `--hostname=${spec.name.split(".")[0]}`],
  ...[`--directory=${rootOf(place, spec.id)}`],
  ...["--link-journal=no", "--resolv-conf=off", "--timezone=off"],
  "--capability=CAP_NET_ADMIN,CAP_NET_RAW",
  ...init[spec.flavour],
];

/** cloud-init 22 looks for no cloud when its first process says that it is in a container. */
const init: Readonly<Record<Flavour, readonly string[]>> = {
  netplan: ["--boot"],
  ifupdown: [
    "--kill-signal=SIGRTMIN+3",
    ...["--", "/bin/sh", "-c"],
    "unset container container_uuid; exec /lib/systemd/systemd",
  ],
};

/** The cut of the power: nothing on the host is told, and packets to it vanish. */
export async function cutPower(place: Place, placed: Placed, state: FabricState): Promise<void> {
  const { id } = placed.spec;
  await killGroup(join(place.cgroup, hostGroup(id)));
  await unplug(place, placed, state);
  await attempt(["ip", "netns", "del", netnsOf(place, id)]);
  await removeGroup(place, hostGroup(id));
}

/** The host's first process as the machine sees it; nothing while there is none. */
export function leaderOf(place: Place, id: string): number | undefined {
  const procs = join(place.cgroup, hostGroup(id), "payload/init.scope/cgroup.procs");
  if (!existsSync(procs)) return undefined;
  const [first = ""] = readFileSync(procs, "utf8").split("\n");
  return first === "" ? undefined : Number(first);
}

/** What the gateway does for its hosts: DHCP with fixed addresses, and names. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { WorldFailure } from "../../stack/failure.ts";
import { gateway, subnet } from "./addresses.ts";
import type { Place } from "./place.ts";
import { runService, type Service } from "./service.ts";
import type { FabricState } from "./state.ts";

export type Names = Readonly<Record<string, string>>;

const files = (place: Place) => {
  const folder = join(place.folder, "gateway");
  return {
    folder,
    leases: join(folder, "dhcp-hosts"),
    names: join(folder, "names"),
    log: join(folder, "dnsmasq.log"),
  };
};

/** dnsmasq for all ports of the router; it reads its lists again when told to. */
export async function startDnsmasq(place: Place): Promise<Service> {
  const { folder, leases, names, log } = files(place);
  await mkdir(folder, { recursive: true });
  await writeFile(leases, "");
  await writeFile(names, "");
  const { network, mask } = subnet;
  const service = await runService(
    place,
    place.router,
    [
      ...["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--user=root", "--pid-file="],
      ...["--log-facility=-", "--log-dhcp", "--no-resolv", "--no-hosts", "--no-poll"],
      // A name that is not the lab's does not exist, instead of being asked again and again.
      ...["--address=/#/", `--addn-hosts=${names}`],
      ...["--dhcp-authoritative", "--no-ping", "--leasefile-ro", `--dhcp-hostsfile=${leases}`],
      `--dhcp-range=${network},static,${mask},1h`,
      ...[`--dhcp-option=option:router,${gateway}`, `--dhcp-option=option:dns-server,${gateway}`],
    ],
    { log },
  );
  await untilReady(service, log);
  return service;
}

/** A signal that comes before dnsmasq expects it would end it. */
async function untilReady(service: Service, log: string): Promise<void> {
  let ended = false;
  void service.ended.then(() => {
    ended = true;
  });
  for (let attempt = 0; !ended && attempt < 500; attempt += 1) {
    if ((await readFile(log, "utf8")).includes("started, version")) return;
    await wait(10);
  }
  throw new WorldFailure(
    `dnsmasq has not started: ${(await readFile(log, "utf8")).trim()}`,
    "it serves the lab's DHCP and names",
  );
}

/**
 * Writes who gets which address, and the names that the resolver knows. A host that is gone still
 * has its lease; dnsmasq gives it to another one only where both stand in the same line.
 */
export async function writeLists(place: Place, state: FabricState, names: Names): Promise<void> {
  const { leases, names: list } = files(place);
  const hosts = Object.values(state.hosts).map(
    ({ spec: { ip } }) => `${[...(state.macs[ip] ?? []), ip].join(",")}\n`,
  );
  await replace(leases, hosts.join(""));
  const lines = Object.entries(names).map(([name, ip]) => `${ip} ${name}\n`);
  await replace(list, lines.join(""));
}

/** dnsmasq may read at any time; it sees the old list or the new one, and no half. */
async function replace(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}

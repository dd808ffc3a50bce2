/** NetworkManager keyfiles, where a system (Oracle Linux) configures its links by them. */
import { parseAddress } from "../../stack/ip.ts";
import { keyfile as format } from "../escape.ts";
import { command, file, type HostCommand, type HostFile } from "../plan.ts";
import { render } from "../template.ts";

type Link = {
  readonly interface: string;
  /** Addresses with their prefix length. */
  readonly addresses: readonly string[];
  /** 0 for the link's own. */
  readonly mtu: number;
};

const numbered = (addresses: readonly string[]) =>
  addresses.map((address, index) => ({ number: index + 1, address }));

export function keyfile({ interface: name, addresses, mtu }: Link, why: string): HostFile {
  const isIpv6 = (address: string) => parseAddress(address.split("/")[0] ?? "")?.family === "ipv6";
  const text = render("baton.nmconnection", format, {
    name,
    type: name === "lo" ? "loopback" : "ethernet",
    mtu,
    // NetworkManager refuses a loopback without a family, and adds its own addresses by itself.
    none: name === "lo" ? "auto" : "disabled",
    ipv4: numbered(addresses.filter((address) => !isIpv6(address))),
    ipv6: numbered(addresses.filter(isIpv6)),
  });
  // NetworkManager refuses a keyfile that others can read.
  const path = `/etc/NetworkManager/system-connections/baton-${name}.nmconnection`;
  return file(path, text, why, { mode: "0600" });
}

/** A link that the cloud plugs in later comes up by itself; NetworkManager only has to know. */
export const reloadKeyfiles: HostCommand = command(
  ["nmcli", "connection", "reload"],
  "NetworkManager sees the keyfiles",
);

export const bringUp = (name: string): HostCommand =>
  command(["nmcli", "connection", "up", `baton-${name}`], `the addresses are on ${name} now`);

/** Fixed addresses on private networks that nothing else configures in the guest. */
import { isIP } from "node:net";
import type { Host } from "../../stack/stack.ts";
import { networkStackOf, type PartMaker, unconfiguredNetworks } from "../context.ts";
import { ifupdown } from "../escape.ts";
import { command, file } from "../plan.ts";
import { render } from "../template.ts";
import { toYaml } from "../yaml.ts";
import { prefixOf } from "./loopback.ts";
import { keyfile, reloadKeyfiles } from "./networkmanager.ts";

export const privateNetworkLinks: PartMaker<Host> = (context) => {
  const links = unconfiguredNetworks(context);
  if (links.length === 0) return {};
  // OCI's network carries large frames, and its own interfaces use them.
  const mtu = context.stack.cloud.provider === "oci" ? 9000 : 0;
  if (networkStackOf(context) === "networkmanager") {
    const files = links.map(({ interface: name, ip, cidr }) =>
      keyfile(
        { interface: name, addresses: [`${ip}/${prefixOf(cidr)}`], mtu },
        "fixed private addresses",
      ),
    );
    return { files, commands: [reloadKeyfiles] };
  }
  if (networkStackOf(context) === "ifupdown") {
    const values = links.map(({ interface: name, ip, cidr }) => ({
      name,
      family: isIP(ip) === 6 ? "inet6" : "inet",
      prefix: `${ip}/${prefixOf(cidr)}`,
    }));
    const stanzas = render("50-private.cfg", ifupdown, { links: values });
    return {
      files: [file("/etc/network/interfaces.d/50-private.cfg", stanzas, "fixed private addresses")],
      commands: links.map(({ interface: name }) =>
        command(["ifup", name], "the private network is up now"),
      ),
    };
  }
  const ethernets = links.map(({ interface: name, ip, cidr }) => [
    name,
    // The cloud may plug the interface in after the host has booted.
    {
      optional: true,
      dhcp4: false,
      ...(mtu > 0 && { mtu }),
      addresses: [`${ip}/${prefixOf(cidr)}`],
    },
  ]);
  const netplan = toYaml({ network: { version: 2, ethernets: Object.fromEntries(ethernets) } });
  return {
    files: [
      file("/etc/netplan/55-private.yaml", netplan, "fixed private addresses", { mode: "0600" }),
    ],
    commands: [command(["netplan", "apply"], "the private network is up now")],
  };
};

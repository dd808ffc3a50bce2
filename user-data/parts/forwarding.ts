/** A virtual router forwards packets between its networks. */
import { parseCidr } from "../../stack/ip.ts";
import { privateNetworks } from "../../stack/stack.ts";
import type { PartMaker } from "../context.ts";
import { command, file } from "../plan.ts";

const path = "/etc/sysctl.d/60-baton.conf";

export const forwarding: PartMaker = ({ stack, host }) => {
  if (host.kind !== "virtual-router") return {};
  const ipv6 = privateNetworks(stack.networks).some(
    ({ cidr }) => parseCidr(cidr)?.family === "ipv6",
  );
  const settings = [
    "net.ipv4.ip_forward = 1",
    // Packets of one flow may come and go by different interfaces.
    "net.ipv4.conf.all.rp_filter = 2",
    ...(ipv6 ? ["net.ipv6.conf.all.forwarding = 1"] : []),
  ];
  return {
    files: [file(path, `${settings.join("\n")}\n`, "forwards packets between the networks")],
    commands: [command(["sysctl", "--quiet", "--load", path], "forwards from now on")],
  };
};

/**
 * The FIFO by which keepalived tells the agent, and what SELinux must know of it. It exists before
 * keepalived starts, so that it belongs to the agent's group: keepalived takes the one that it
 * finds, leaves it there when it stops, and makes one for root alone where there is none.
 */
import type { PartMaker } from "../context.ts";
import { command, file, type Part } from "../plan.ts";
import { vrrpFifo } from "./agent-config.ts";

export const vrrpFifoPart: PartMaker = ({ host }) => {
  const folder = vrrpFifo.slice(0, vrrpFifo.lastIndexOf("/"));
  const lines = `d ${folder} 0750 root baton -\np ${vrrpFifo} 0640 root baton -\n`;
  const policy = host.system.selinux ? selinux() : {};
  return {
    files: [
      file("/etc/tmpfiles.d/baton-vrrp.conf", lines, "the FIFO between keepalived and the agent"),
      ...(policy.files ?? []),
    ],
    commands: [
      command(["systemd-tmpfiles", "--create", "baton-vrrp.conf"], "the FIFO is there now"),
      ...(policy.commands ?? []),
    ],
  };
};

/**
 * The policy of Enterprise Linux labels the FIFO var_run_t, and lets keepalived_t write files but
 * no FIFO anywhere: not of its own label keepalived_var_run_t either, so no other place would do.
 */
function selinux(): Part {
  const path = "/etc/baton/keepalived-fifo.cil";
  const rule = "(allow keepalived_t var_run_t (fifo_file (getattr open read write)))\n";
  const why = "SELinux lets keepalived write the FIFO";
  return {
    files: [file(path, rule, why)],
    commands: [command(["semodule", "--install", path], why)],
  };
}

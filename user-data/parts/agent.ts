/** The watchdog on a Linux node: program, configuration, credentials and a hardened unit. */

import { bundleText, sha256Of } from "../bundle.ts";
import { exoipFace, type NodeContext, type PartMaker } from "../context.ts";
import { shell, systemd } from "../escape.ts";
import { command, file, type HostFile, type Part, service } from "../plan.ts";
import { render } from "../template.ts";
import { agentConfig, agentCredentials, credentialsFile } from "./agent-config.ts";

/** One executable file: the bundle begins with the line that names its interpreter. */
const program = "/usr/local/bin/baton-agent";
const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/** The program itself, inline or fetched at first boot; under the name exoip it is exoip's face. */
export const agentProgram: PartMaker = (context) => {
  const delivered = deliver(context);
  const link = command(
    ["ln", "-sf", program, "/usr/local/bin/exoip"],
    "the agent in exoip's place",
  );
  return {
    packages: [{ name: "nodejs", why: "runs the agent" }, ...(delivered.packages ?? [])],
    files: delivered.files ?? [],
    commands: [...(delivered.commands ?? []), ...(exoipFace(context) ? [link] : [])],
  };
};

function deliver({ stack, inputs }: NodeContext): Part {
  const { delivery } = stack.agent;
  if (delivery.by === "inline") {
    const text = bundleText(inputs);
    return { files: [file(program, text, "the agent", { mode: "0755", compress: true })] };
  }
  const { url, sha256 = sha256Of(bundleText(inputs)) } = delivery;
  const script = render("fetch-agent.sh", shell, { url, sha256, program });
  const fetcher = "/usr/local/lib/baton/fetch-agent";
  return {
    packages: [
      { name: "curl", why: "fetches the agent" },
      { name: "ca-certificates", why: "lets curl check the server of the agent" },
    ],
    files: [file(fetcher, script, "fetches the agent and checks its SHA-256", { mode: "0755" })],
    commands: [command([fetcher], "the agent is there before its unit starts")],
  };
}

/** The account that the agent runs as; it owns nothing and may do nothing. */
export const agentUser: PartMaker = () => ({
  files: [
    file(
      "/etc/sysusers.d/baton.conf",
      'u baton - "baton agent" /var/lib/baton\n',
      "the agent's account",
    ),
  ],
  commands: [command(["systemd-sysusers"], "makes the agent's account")],
});

/**
 * The unit with its files; in exoip's own way ifupdown starts the agent instead. The unit's flag for
 * Node bounds the room for short-lived objects, of which the frames of a large group are many.
 */
export const agentUnit: PartMaker = (context) => {
  if (exoipFace(context)) return {};
  const { stack, host } = context;
  const config = agentConfig(context);
  // The system's ping needs its capability, and drops what it has by calls that are closed else.
  const ping = config.health.some(({ check }) => check.kind === "ping");
  const pingPackage = context.host.system.packages === "dnf" ? "iputils" : "iputils-ping";
  const unit = render("baton.service", systemd, {
    stack: stack.name,
    before: [
      ...(stack.election.method === "vrrp" ? [{ unit: "keepalived.service" }] : []),
      ...(stack.proxy === "none" ? [] : [{ unit: `${stack.proxy}.service` }]),
    ],
    ping,
    program,
    credentialsFile,
  });
  const secrets: HostFile = file(
    credentialsFile,
    json(agentCredentials(context)),
    "the agent's credentials, for root alone",
    { mode: "0600", secret: true },
  );
  return {
    packages: ping ? [{ name: pingPackage, why: "the health checks' ping" }] : [],
    files: [
      file("/etc/baton/agent.json", json(config), `what the agent knows of ${host.name}`),
      secrets,
      file("/etc/systemd/system/baton.service", unit, "runs the agent without privileges"),
    ],
    commands: [command(["systemctl", "daemon-reload"], "systemd sees the new unit")],
    services: [service("baton.service", "start", "the watchdog")],
  };
};

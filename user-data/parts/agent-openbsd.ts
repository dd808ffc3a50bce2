/** The watchdog on an OpenBSD node: account, program, configuration and its rc.d(8) script. */
import { bundleText, sha256Of } from "../bundle.ts";
import type { NodeContext, PartMaker } from "../context.ts";
import { shell } from "../escape.ts";
import { command, file, type Part, service } from "../plan.ts";
import { render } from "../template.ts";
import { agentConfig, agentCredentials, credentialsFile } from "./agent-config.ts";

/** One executable file: the bundle begins with the line that names its interpreter. */
export const program = "/usr/local/bin/baton-agent";

/** OpenBSD's accounts of daemons begin with an underscore. */
export const account = "_baton";

const fetcher = "/usr/local/libexec/baton-fetch-agent";
const configFile = "/etc/baton/agent.json";
const stateDirectory = "/var/db/baton";
const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/** The program, before anything that may run it; its account too, which pf's rules name. */
export const agentFile: PartMaker = (context) => {
  const delivered = deliver(context);
  return {
    ...delivered,
    accounts: [{ name: account, why: "the agent's account; it may do nothing else" }],
    packages: [{ name: "node", why: "runs the agent" }],
  };
};

function deliver({ stack, inputs }: NodeContext): Part {
  const { delivery } = stack.agent;
  const owner = "root:wheel";
  if (delivery.by === "inline") {
    const text = bundleText(inputs);
    const options = { owner, mode: "0755", compress: true };
    return { files: [file(program, text, "the agent", options)] };
  }
  const { url, sha256 = sha256Of(bundleText(inputs)) } = delivery;
  const script = render("fetch-agent-openbsd.sh", shell, { url, sha256, program });
  return {
    files: [
      file(fetcher, script, "fetches the agent and checks its SHA-256", { owner, mode: "0755" }),
    ],
    commands: [command([fetcher], "the agent is there before it is started")],
  };
}

/** The agent as a daemon of rc.d(8), which restarts it at boot and keeps its log. */
export const agentDaemon: PartMaker = (context) => {
  const owner = "root:wheel";
  const config = { ...agentConfig(context), stateDirectory };
  const flags = `watch --config ${configFile}`;
  const script = render("baton_agent", shell, { program, account, flags, stateDirectory });
  const files = [
    file(configFile, json(config), `what the agent knows of ${context.host.name}`, { owner }),
    // There is no systemd to hand the agent a copy: its group reads what only root may change.
    file(credentialsFile, json(agentCredentials(context)), "the agent's credentials", {
      owner: `root:${account}`,
      mode: "0640",
      secret: true,
    }),
    file("/etc/rc.d/baton_agent", script, "runs the agent without privileges", {
      owner,
      mode: "0755",
    }),
  ];
  const source = context.stack.agent.delivery.by === "inline" ? program : fetcher;
  const watched = [source, ...files.map(({ path }) => path)];
  return {
    files,
    services: [service("baton_agent", "reload", "watchdog", { ifChanged: watched })],
  };
};

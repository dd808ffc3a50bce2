/** The command line of the agent. */
import { basename } from "path";
import type { Errors } from "../config-parse.ts";
import { canonicalIp } from "../wire/ip.ts";
import type { Command } from "./command.ts";
import { type Environment, exoipNames, parseExoip } from "./exoip.ts";
import { flagName, readFlags, slip, unknown } from "./flags.ts";

/** Commands that are all said by their name and their flags. */
type Plain = Exclude<Command["command"], "maintenance" | "priority" | "exoip">;

/** The flags of each command. */
const commands = new Map([
  ["watch", "config check"],
  ["check", "config online"],
  ["status", "socket json"],
  ["handover", "socket"],
  ["maintenance", "socket"],
  ["priority", "socket"],
  ["claim", "config ip instance dry-run"],
  ["release", "config ip instance dry-run"],
]);
const switches = ["check", "online", "json", "dry-run"];

/**
 * What `argv`, the arguments behind the program, asks for; else one line about the first slip.
 * `invokedAs` is the program's path: where one of exoip's flags comes first it is exoip, and under
 * that name always, but for what is asked of a running agent.
 */
export function parseArguments(
  argv: readonly string[],
  env: Environment,
  invokedAs: string,
): Command | Errors {
  const [word = "", ...behind] = argv;
  if (word === "help" || argv.some((one) => /^--?h(elp)?$/.test(one))) return { command: "help" };
  if (word === "version") return { command: word };
  const isExoip = basename(invokedAs) === "exoip";
  const asks = commands.get(word)?.startsWith("socket") === true;
  return (isExoip && !asks) || exoipNames.includes(flagName(word))
    ? parseExoip(argv, env)
    : parseCommand(word, behind, `/run/${isExoip ? "exoip" : "baton"}/status.sock`);
}

function parseCommand(
  command: string,
  behind: readonly string[],
  defaultSocket: string,
): Command | Errors {
  const refuse = (text: string): Errors => ({ errors: [text] });
  const names = commands.get(command);
  if (!command) return refuse(slip("no command"));
  if (!names) return refuse(unknown("command ", command, [...commands.keys()]));
  const valued = command === "maintenance" || command === "priority";
  const [value = ""] = behind;
  const read = readFlags(valued ? behind.slice(1) : behind, names.split(" "), switches);
  const { config, socket, ip, instance, ...on } = read.given;
  const address = canonicalIp(ip || "");
  if (read.slip) return refuse(read.slip);
  const [extra] = read.rest;
  if (extra !== undefined) return refuse(unknown("argument ", extra, []));
  if (ip && !address) return refuse(slip("-ip must be an IP address"));
  const options = {
    configFile: config || "/etc/baton/agent.json",
    socket: socket || defaultSocket,
    check: !!on.check,
    online: !!on.online,
    json: !!on.json,
    dryRun: !!on["dry-run"],
    ...(address && { address }),
    ...(instance && { instance }),
  };
  if (command === "maintenance")
    return /^(on|off)$/.test(value)
      ? { command, on: value === "on", ...options }
      : refuse(slip("maintenance is on or off"));
  if (command === "priority")
    return /^([+-]1|\d{1,3})$/.test(value) && Number(value) < 256
      ? { command, value: value === "+1" || value === "-1" ? value : Number(value), ...options }
      : refuse(slip("priority is +1, -1 or 0 to 255"));
  return { command: command as Plain, ...options };
}

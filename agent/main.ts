/** What every entry runs: the command line's wish, with the one cloud that the entry brings. */
import { basename } from "path";
import { parseArguments } from "./face/arguments.ts";
import { checkOnline } from "./face/check-online.ts";
import type { Command, Move } from "./face/command.ts";
import { helpText } from "./face/help.ts";
import { moveOnce } from "./face/move.ts";
import { monotonicMs as nowMs } from "./host/clock.ts";
import { isUnread, nameProcess, tellSystem } from "./host/process.ts";
import { findIdentity } from "./identity.ts";
import { askAgent } from "./status/client.ts";
import { show } from "./status/show.ts";
import { fromExoip, fromFiles, logFor, type Provider, Slip, type Task } from "./task.ts";
import { watch } from "./watch-command.ts";

declare const BATON_VERSION: string;

export async function main(provider: Provider): Promise<void> {
  const [, invokedAs = "", ...argv] = process.argv;
  // Whoever watches the address must not die with the reader of its lines.
  for (const out of [process.stdout, process.stderr]) out.on("error", () => undefined);
  try {
    const command = parseArguments(argv, process.env, invokedAs);
    if ("errors" in command) throw new Slip(command.errors.join("\n"));
    await obey(command, provider);
  } catch (error) {
    if (!(error instanceof Slip)) throw error;
    process.stderr.write(`${error.message}\n`);
    // ifupdown may have started us with nobody to read this.
    if (basename(invokedAs) === "exoip" && isUnread(2))
      tellSystem("exoip", error.message.replace(/^/gm, "<3>"));
    process.exitCode = 2;
  }
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function obey(command: Command, provider: Provider): Promise<void> {
  switch (command.command) {
    case "help":
      return say(helpText);
    case "version":
      return say(BATON_VERSION);
    case "watch": {
      const task = fromFiles(command.configFile);
      return command.check
        ? say("the configuration is right")
        : watch(task, provider, BATON_VERSION);
    }
    case "exoip": {
      nameProcess("exoip");
      const task = fromExoip(command);
      if (command.check) return say("the configuration is right");
      if (command.mode === "-W") return watch(task, provider, BATON_VERSION);
      return move(
        task,
        { command: command.mode === "-A" ? "claim" : "release", dryRun: false },
        provider,
      );
    }
    case "claim":
    case "release":
      return move(fromFiles(command.configFile), command, provider);
    case "check":
      return check(fromFiles(command.configFile), command.online, provider);
    case "status":
      return status(command.socket, command.json);
    case "handover":
      return tell(command.socket, "handover");
    case "maintenance":
      return tell(command.socket, `maintenance/${command.on ? "on" : "off"}`);
    case "priority":
      return tell(command.socket, `priority/${command.value}`);
  }
}

/** A person, or a script at boot, waits for the answer. */
const identityTries = 3;

/** The cloud with who we are, for a command that is over soon. */
async function connect(task: Task, provider: Provider) {
  const log = logFor(task);
  const own = await findIdentity(task.config, provider.ownInstance, log, identityTries);
  if (!own) throw new Slip("which instance is this? give its id by -i, or `instance` in the file");
  const warn = (text: string): void => log("warning", text);
  const cloud = provider.connect(task.config, own.zone, task.credentials(), warn);
  return { cloud, own };
}

async function move(
  task: Task,
  what: Pick<Move, "command" | "address" | "instance" | "dryRun">,
  provider: Provider,
): Promise<void> {
  const { cloud, own } = await connect(task, provider);
  const trouble = await moveOnce(what, { cloud, config: task.config, self: own.id, nowMs, say });
  cloud.drop();
  if (trouble === undefined) return;
  process.stderr.write(`${trouble}\n`);
  process.exitCode = 1;
}

async function check(task: Task, online: boolean, provider: Provider): Promise<void> {
  say("ok    the configuration is right");
  if (!online) return;
  const { cloud, own } = await connect(task, provider);
  const good = await checkOnline({ cloud, config: task.config, self: own.id, nowMs, say });
  cloud.drop();
  if (!good) process.exitCode = 1;
}

async function status(socket: string, json: boolean): Promise<void> {
  const { text } = await ask(socket, "GET", "/status");
  const color = process.stdout.isTTY === true && !process.env.NO_COLOR;
  process.stdout.write(json ? text : show(JSON.parse(text), color));
}

async function tell(socket: string, what: string): Promise<void> {
  await ask(socket, "POST", `/${what}`);
  say(`done; baton-agent status tells what comes of it`);
}

async function ask(socket: string, method: "GET" | "POST", path: string) {
  const asked = await askAgent(socket, method, path).catch((error: Error) => {
    throw new Slip(error.message);
  });
  if (asked.code !== 200) throw new Slip(JSON.parse(asked.text).error);
  return asked;
}

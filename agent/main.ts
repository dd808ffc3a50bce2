/** What every entry runs: the command line's wish, with the one cloud that the entry brings. */
import { readFileSync } from "fs";
import type { Cloud, Outcome } from "./cloud/cloud.ts";
import type { AgentConfig, AgentCredentials } from "./config.ts";
import { parseConfig, parseCredentials } from "./config-parse.ts";
import { parseArguments } from "./face/arguments.ts";
import type { Command, Exoip } from "./face/command.ts";
import { helpText } from "./face/help.ts";
import { monotonicMs, wallMs } from "./host/clock.ts";
import { createLog, type Log } from "./host/log.ts";
import { onSignals } from "./host/signals.ts";
import { findIdentity, type Identity } from "./identity.ts";
import { createJournal } from "./journal.ts";
import { startWatch } from "./watch.ts";

declare const BATON_VERSION: string;

/** The one cloud of a bundle. */
export type Provider = {
  readonly ownInstance: (timeoutMs: number) => Promise<Outcome<Identity>>;
  readonly connect: (
    config: AgentConfig,
    zone: string,
    credentials: AgentCredentials,
    warn: (text: string) => void,
  ) => Cloud;
};

/** What runs is told apart from how it was asked for: a file of the stack, or exoip's flags. */
type Task = {
  readonly config: AgentConfig;
  readonly credentials: () => AgentCredentials;
  readonly exoip: Exoip | undefined;
};

/** A fault that only a person can mend: all of it is said, and the program ends with 2. */
class Slip extends Error {}

export async function main(provider: Provider): Promise<void> {
  try {
    const [, invokedAs = "", ...argv] = process.argv;
    const command = parseArguments(argv, process.env, invokedAs);
    if ("errors" in command) throw new Slip(command.errors.join("\n"));
    await obey(command, provider);
  } catch (error) {
    if (!(error instanceof Slip)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}

async function obey(command: Command, provider: Provider): Promise<void> {
  switch (command.command) {
    case "help":
      return say(helpText);
    case "version":
      return say(BATON_VERSION);
    case "watch": {
      const task = fromFiles(command.configFile);
      return command.check ? say("the configuration is right") : watch(task, provider);
    }
    case "exoip": {
      const { config, credentials } = command;
      return watch({ config, credentials: () => credentials, exoip: command }, provider);
    }
    default:
      throw new Slip(`${command.command}: not yet`);
  }
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function fromFiles(configFile: string): Task {
  const parsed = parseConfig(readText(configFile));
  if ("errors" in parsed) throw new Slip(listed(configFile, parsed.errors));
  const { config } = parsed;
  const { election, credentialsFile } = config;
  const wire = election.method === "heartbeat" ? election.wire : "exoip";
  // systemd hands over a copy that this account may read.
  const folder = process.env.CREDENTIALS_DIRECTORY;
  const file = folder ? `${folder}/credentials` : credentialsFile;
  const credentials = (): AgentCredentials => {
    const read = parseCredentials(readText(file), wire);
    if ("errors" in read) throw new Slip(listed(file, read.errors));
    return read.credentials;
  };
  credentials();
  return { config, credentials, exoip: undefined };
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Slip(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

const listed = (file: string, errors: readonly string[]): string =>
  errors.map((error) => `${file}: ${error}`).join("\n");

async function watch({ config, credentials, exoip }: Task, provider: Provider): Promise<void> {
  const log = logFor(exoip, credentials());
  const own = await findIdentity(config, provider.ownInstance, log);
  const warn = (text: string): void => log("warning", text);
  const cloud = provider.connect(config, own.zone, credentials(), warn);
  const folder = config.stateDirectory;
  const journal = createJournal({ log, folder, wallMs, count: () => {}, countCall: () => {} });
  const end = (): void => {
    running.stop();
    process.exit(0);
  };
  const running = startWatch({
    config,
    credentials,
    self: own.id,
    cloud,
    log,
    journal,
    info: (state) => log("notice", JSON.stringify([...state.addresses.values()])),
    exit: end,
  });
  onSignals({
    stop: () => running.pump.emit({ type: "handover", exit: true }),
    stopNow: end,
    look: running.look,
    priority(step) {
      const priority = Math.min(255, Math.max(1, running.pump.state().priority + step));
      log("notice", `priority ${priority}`);
      running.pump.emit({ type: "priority", priority });
    },
  });
}

function logFor(exoip: Exoip | undefined, { cloud, heartbeatKeys }: AgentCredentials): Log {
  const out = exoip?.stdout ? process.stdout : process.stderr;
  const secrets = [...Object.values(cloud), ...heartbeatKeys];
  return createLog({
    identifier: exoip ? "exoip" : "baton",
    write: (line) => void out.write(line),
    nowMs: monotonicMs,
    verbose: exoip?.verbose ?? false,
    plain: out.isTTY === true || exoip?.stdout === true,
    secrets: () => secrets,
  });
}

/** What is to be run, however it was asked for: by the stack's files, or by exoip's flags. */
import { readFileSync } from "fs";
import type { Cloud, Outcome } from "./cloud/cloud.ts";
import type { AgentConfig, AgentCredentials } from "./config.ts";
import { parseConfig, parseCredentials } from "./config-parse.ts";
import type { Exoip } from "./face/command.ts";
import { monotonicMs } from "./host/clock.ts";
import { createLog, type Log } from "./host/log.ts";
import { isUnread, systemLog } from "./host/process.ts";
import type { Identity } from "./identity.ts";

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

export type Task = {
  readonly config: AgentConfig;
  /** Reads them anew, so that keys can be changed while running. */
  readonly credentials: () => AgentCredentials;
  /** Every secret that was read so far, also before a rotation: none may get into a line. */
  readonly secrets: () => readonly string[];
  readonly exoip: Exoip | undefined;
};

/** A fault that only a person can mend: all of it is said, and the program ends with 2. */
export class Slip extends Error {}

export function fromFiles(configFile: string): Task {
  const parsed = parseConfig(readText(configFile, "name the agent's file by -config"));
  if ("errors" in parsed) throw new Slip(listed(configFile, parsed.errors));
  const { config } = parsed;
  const { election, credentialsFile } = config;
  const wire = election.method === "heartbeat" ? election.wire : "exoip";
  // systemd hands over a copy that this account may read.
  const folder = process.env.CREDENTIALS_DIRECTORY;
  const file = folder ? `${folder}/credentials` : credentialsFile;
  const named = `\`credentialsFile\` in ${configFile} names it`;
  const secrets = new Set<string>();
  const credentials = (): AgentCredentials => {
    const read = parseCredentials(readText(file, named), wire);
    if ("errors" in read) throw new Slip(listed(file, read.errors));
    for (const secret of secretsIn(read.credentials)) secrets.add(secret);
    return read.credentials;
  };
  credentials();
  return { config, credentials, secrets: () => [...secrets], exoip: undefined };
}

const secretsIn = ({ cloud, heartbeatKeys }: AgentCredentials): readonly string[] => [
  ...Object.values(cloud),
  ...heartbeatKeys,
];

export const fromExoip = (exoip: Exoip): Task => ({
  config: exoip.config,
  credentials: () => exoip.credentials,
  secrets: () => secretsIn(exoip.credentials),
  exoip,
});

function readText(file: string, fix: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Slip(`${file} cannot be read: ${code}; ${code === "EACCES" ? "use sudo" : fix}`);
  }
}

const listed = (file: string, errors: readonly string[]): string =>
  errors.map((error) => `${file}: ${error}`).join("\n");

export function logFor({ exoip, secrets }: Task): Log {
  const out = exoip?.stdout ? process.stdout : process.stderr;
  // The original writes to the system's log; under systemd standard error leads there.
  const toSystem = exoip?.mode === "-W" && !exoip.stdout && isUnread(2);
  return createLog({
    identifier: exoip ? "exoip" : "baton",
    write: toSystem ? systemLog("exoip") : (line) => void out.write(line),
    nowMs: monotonicMs,
    verbose: exoip?.verbose ?? false,
    plain: out.isTTY === true || exoip?.stdout === true,
    secrets,
  });
}

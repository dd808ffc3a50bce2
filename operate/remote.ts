/** Hosts by the system's own SSH client: its keys, its agent, its configuration. */
import { spawn } from "node:child_process";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { makeFolders } from "../stack/folder.ts";
import type { CloudHost } from "./cloud.ts";

export type Ran =
  | {
      readonly kind: "ran";
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
    }
  | Unreachable;

export type Unreachable = {
  readonly kind: "unreachable";
  readonly why: string;
  /** What to do at this desk, where it is known; else the way to the host is to be looked at. */
  readonly fix?: string;
};

/** Runs a command line on a host. Never rejects: what goes wrong is one of the ends. */
export type Remote = (host: CloudHost, command: string, limitMs?: number) => Promise<Ran>;

export type SshOptions = {
  /** Private key; else what the SSH client finds by itself. */
  readonly identity?: string;
  /** Who logs in; else the user of the host's template. */
  readonly user?: string;
};

const connectS = 5;

/**
 * Settings that a person may have for sessions at a terminal, as ssh_config(5) names them, and that
 * are no good here: a command of its own, a connection shared with others, ports and keys lent out.
 * Names, ports and jumps stay as the person has them.
 */
const forPrograms = [
  "BatchMode=yes",
  "ControlMaster=no",
  "ControlPath=none",
  "RemoteCommand=none",
  "RequestTTY=no",
  "PermitLocalCommand=no",
  "ForwardAgent=no",
  "ForwardX11=no",
  "ClearAllForwardings=yes",
  "VisualHostKey=no",
];

const limitMsDefault = 20_000;
/** What ssh(1) exits with when it is its own fault. */
const sshFailed = 255;

/** Where a desk keeps what it has to know the next time. */
export function stateFolder(env: Readonly<Record<string, string | undefined>>): string {
  return join(env.XDG_STATE_HOME || join(env.HOME || homedir(), ".local", "state"), "baton");
}

/** @param folder that has the hosts' keys: one that was replaced is another, at the same address */
export const knownHostsIn = (folder: string): string => join(folder, "known_hosts");

export const sshRemote =
  (knownHosts: string, { identity, user }: SshOptions): Remote =>
  async (host, command, limitMs = limitMsDefault) => {
    if (host.ip === undefined) return { kind: "unreachable", why: "it has no public address" };
    const folder = dirname(knownHosts);
    try {
      makeFolders(folder, 0o700);
    } catch (error) {
      const said = (error as NodeJS.ErrnoException).code ?? String(error);
      return { kind: "unreachable", why: `${folder} cannot be made: ${said}`, fix: elsewhere };
    }
    const options = [
      ...forPrograms,
      `ConnectTimeout=${connectS}`,
      "ServerAliveInterval=3",
      "ServerAliveCountMax=3",
      "StrictHostKeyChecking=accept-new",
      `UserKnownHostsFile=${quoted(knownHosts)}`,
      // A host is known by its instance: addresses come back with another one behind them.
      `HostKeyAlias=${host.id}`,
      "CheckHostIP=no",
      "LogLevel=ERROR",
      ...(identity === undefined ? [] : ["IdentitiesOnly=yes"]),
    ];
    const ran = await run(
      [
        ...options.flatMap((one) => ["-o", one]),
        ...(identity === undefined ? [] : ["-i", identity]),
        ...["-l", user ?? host.user, "--", host.ip, command],
      ],
      limitMs,
    );
    if (ran.kind !== "unreachable" || ran.why !== otherKey) return ran;
    return {
      kind: "unreachable",
      why: "its host key is not the one that was seen first",
      fix:
        `was its system made anew, then \`ssh-keygen -R ${host.id} -f ${knownHosts}\`; ` +
        "if not, somebody stands between",
    };
  };

const elsewhere = "mend that, or name another folder by XDG_STATE_HOME";
/** What ssh(1) says at last where a host's key has changed. */
const otherKey = "Host key verification failed.";

/** One path as ssh_config(5) takes it: a bare space would begin another, and % a token. */
const quoted = (path: string): string =>
  `"${path.replace(/["\\]/g, "\\$&").replaceAll("%", "%%")}"`;

/** What is asked of hosts takes a few kilobytes to answer. */
const saidMax = 4_000_000;

function run(args: readonly string[], limitMs: number): Promise<Ran> {
  return new Promise((resolve) => {
    // In a group of its own: Ctrl-C is a wish to the command, and cuts off no order half way.
    const child = spawn("ssh", args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
    let stdout = "";
    let stderr = "";
    const end = (ran: Ran): void => {
      clearTimeout(timer);
      resolve(ran);
    };
    const giveUp = (why: string): void => {
      child.kill("SIGKILL");
      // What ssh has started, such as a ProxyCommand, may hold its pipes open for ever.
      child.stdout.destroy();
      child.stderr.destroy();
      end({ kind: "unreachable", why });
    };
    const bounded = (): void => {
      if (stdout.length + stderr.length > saidMax) giveUp("its answer has no end");
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      bounded();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      bounded();
    });
    const timer = setTimeout(() => giveUp(`no answer over SSH in ${limitMs / 1000} s`), limitMs);
    child.on("error", (error) =>
      end({
        kind: "unreachable",
        why: `ssh cannot run: ${error.message}`,
        fix: "install OpenSSH's client, or put it on PATH",
      }),
    );
    child.on("close", (code, signal) => {
      if (code === null) end({ kind: "unreachable", why: `ssh was ended by ${signal}` });
      else if (code === sshFailed) end({ kind: "unreachable", why: lastWords(stderr) });
      else end({ kind: "ran", code, stdout, stderr });
    });
  });
}

/** What ssh(1) said at last, and of a key that it could not use. */
function lastWords(text: string): string {
  const lines = text.replaceAll("\r", "").trim().split("\n");
  const unused = lines.find((line) => line.startsWith("Load key "));
  const last = lines.at(-1) || "SSH failed without a word";
  return unused === undefined || unused === last ? last : `${last} ${unused}`;
}

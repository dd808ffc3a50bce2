/**
 * The real tools that judge what is rendered. A tool that is missing fails the test and names the
 * Debian package that brings it; nothing is skipped.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";

/** Debian package of each tool. */
const packages = {
  "cloud-init": "cloud-init",
  dash: "dash",
  haproxy: "haproxy",
  ifdown: "ifupdown",
  ifquery: "ifupdown",
  ifup: "ifupdown",
  ip: "iproute2",
  iptables: "iptables",
  keepalived: "keepalived",
  netplan: "netplan.io",
  nft: "nftables",
  nginx: "nginx-light",
  openssl: "openssl",
  python3: "python3-yaml",
  setpriv: "util-linux",
  sh: "dash",
  shellcheck: "shellcheck",
  systemd: "systemd",
  "systemd-analyze": "systemd",
  "systemd-sysusers": "systemd",
  unshare: "util-linux",
} as const;

export type Tool = keyof typeof packages;
export const tools = Object.keys(packages) as Tool[];

/** Where Debian puts programs; a plain user's PATH often lacks the folders of the administrator. */
const folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/lib/systemd", "/usr/lib/systemd"];
export const toolPath = folders.join(":");

export type Outcome = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type RunOptions = {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
};

/** The distribution's own tool: Debian's python3 has Debian's PyYAML, another one may have none. */
export function toolFile(tool: Tool): string {
  const found = folders.map((folder) => join(folder, tool)).find(isProgram);
  assert.ok(found, `${tool} is missing; install it: apt-get install ${packages[tool]}`);
  return found;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Runs a tool to its end, in an environment that does not depend on who runs the tests. */
export function runTool(tool: Tool, args: readonly string[], options: RunOptions = {}): Outcome {
  const { status, stdout, stderr, error } = spawnSync(toolFile(tool), args, {
    encoding: "utf8",
    timeout: 30_000,
    killSignal: "SIGKILL",
    maxBuffer: 64 * 1024 * 1024,
    ...options,
    env: { PATH: toolPath, LANG: "C.UTF-8", ...options.env },
  });
  if (error) throw error;
  return { status, stdout, stderr };
}

/** Runs a tool that has to be content; gives what it printed. */
export function runWell(tool: Tool, args: readonly string[], options: RunOptions = {}): Outcome {
  const outcome = runTool(tool, args, options);
  const { status, stdout, stderr } = outcome;
  assert.equal(status, 0, `${tool} ${args.join(" ")}\n${stdout}${stderr}`);
  return outcome;
}

/** Runs a Python program that reads JSON from its standard input and prints JSON. */
export function askPython(program: string, question: unknown): unknown {
  const { stdout } = runWell("python3", ["-c", program], { input: JSON.stringify(question) });
  return JSON.parse(stdout);
}

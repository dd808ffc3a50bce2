/** What every command for a running stack begins with: the stack file, the cloud, the hosts. */
import { accessSync, constants, existsSync } from "node:fs";
import { type Command, Option } from "commander";
import type { Cloud, CloudHost, Seen } from "../../operate/cloud.ts";
import { createExoscale } from "../../operate/exoscale.ts";
import { knownHostsIn, type Remote, sshRemote, stateFolder } from "../../operate/remote.ts";
import { reasonOf, WorldFailure } from "../../stack/failure.ts";
import type { Node, Stack } from "../../stack/stack.ts";
import { suggest } from "../../stack/suggest.ts";
import { fail, UsageError } from "../failure.ts";
import { readStackFile, type StackFile } from "../stack-file.ts";
import { clean } from "../terminal.ts";

export type DeskOptions = { readonly identity?: string; readonly user?: string };

export type Desk = {
  readonly file: string;
  readonly stackFile: StackFile;
  readonly stack: Stack;
  readonly zone: string;
  readonly cloud: Cloud;
  readonly remote: Remote;
};

/** The arguments and options that all of these commands have. */
export const atDesk = (command: Command): Command =>
  command
    .argument("<stack>", "stack file")
    .addOption(
      new Option("--identity <file>", "SSH private key; else what `ssh` finds").env(
        "BATON_SSH_IDENTITY",
      ),
    )
    .option("--user <name>", "who logs in by SSH; else the user of the host's template");

/** What a client of one's own asks. */
export const clientUrl = (): Option =>
  new Option(
    "--url <url>",
    "what the client asks by http; else the first http service of each address",
  ).argParser((given: string): string => {
    if (URL.canParse(given) && new URL(given).protocol === "http:") return given;
    // A parser's own error would print what was given, which may hold a password.
    throw new UsageError("--url: the client asks by http:// alone");
  });

/** Opens what the stack file names; asks nobody yet. @throws Failure with what is wrong */
export function openDesk(file: string, options: DeskOptions): Desk {
  mustBeThere(file, process.env);
  const stackFile = readStackFile(file);
  const { stack } = stackFile;
  mustBeOfLab(file, stack, process.env);
  if (stack.cloud.provider !== "exoscale")
    return fail(
      file,
      `a running stack on ${stack.cloud.provider} is not seen from here yet`,
      "log in to a node: `sudo baton-agent status`",
    );
  // ssh itself goes on without it, and is then refused as if the host knew no such key.
  if (options.identity !== undefined) mustBeReadable(options.identity);
  const { zone } = stack.cloud;
  const cloud = told(file, () => createExoscale(stack, zone, process.env));
  return {
    file,
    stackFile,
    stack,
    zone,
    cloud,
    remote: sshRemote(knownHostsIn(stateFolder(process.env)), options),
  };
}

type Env = Readonly<Record<string, string | undefined>>;

const labsOwn = (own: string): string => `the lab that this desk is of stands up ${own}: name that`;

/** @throws Failure that names the lab's own stack file, at a lab's desk */
function mustBeThere(file: string, { BATON_LAB_STACK_FILE: own }: Env): void {
  if (own === undefined || file === "-" || existsSync(file)) return;
  fail(file, "there is no such file", labsOwn(own));
}

/** A copy of the lab's stack file is as good as the file; another stack has no host in its cloud. */
function mustBeOfLab(file: string, { name }: Stack, env: Env): void {
  const { BATON_LAB_STACK: stack, BATON_LAB_STACK_FILE: own } = env;
  if (own === undefined || stack === undefined || stack === name) return;
  fail(file, `the stack ${name} is not that of this lab, which is ${stack}`, labsOwn(own));
}

function mustBeReadable(key: string): void {
  try {
    accessSync(key, constants.R_OK);
  } catch (error) {
    fail(key, `the SSH key cannot be read: ${reasonOf(error)}`, "name another by --identity");
  }
}

/** A load balancer by its name. @throws Failure that lists them */
export function nodeNamed({ stack, file }: Desk, name: string): Node {
  const found = stack.nodes.find((node) => node.name === name);
  if (found !== undefined) return found;
  const names = stack.nodes.map((node) => node.name);
  const meant = suggest(name, names);
  const hint = meant === undefined ? "" : `did you mean ${meant}? `;
  const what = stack.appServers.some((one) => one.name === name)
    ? `${name} is an app server, and holds no address`
    : `there is no load balancer ${JSON.stringify(name.slice(0, 80))} in this stack`;
  return fail(file, what, `${hint}load balancers: ${names.join(", ")}`);
}

/** The machine of a node. @throws Failure where there is none, or it is off */
export function instanceOf({ file }: Desk, seen: Seen, name: string): CloudHost {
  const found = seen.hosts.find(({ host }) => host === name);
  if (found?.running) return found;
  return found === undefined
    ? fail(file, `the cloud has no instance of ${name}`, "`pulumi up` makes it")
    : fail(file, `${name} is ${found.state}`, `\`exo compute instance start ${found.name}\``);
}

/** Failures of the cloud and of hosts as those of a command. */
export function told<Value>(file: string, work: () => Value): Value {
  const translate = (error: unknown): never => {
    if (error instanceof WorldFailure) return fail(file, lineOf(error.problem), lineOf(error.fix));
    throw error;
  };
  try {
    const value = work();
    return (value instanceof Promise ? value.catch(translate) : value) as Value;
  } catch (error) {
    return translate(error);
  }
}

const lineOf = (said: string): string => clean(said.replace(/\s*\n\s*/g, "; "));

const patienceMs = 1000;

/** Says what is waited for, where it takes more than a second. Only a terminal is told. */
export async function patiently<Value>(what: string, work: Promise<Value>): Promise<Value> {
  const { stderr } = process;
  if (stderr.isTTY !== true) return work;
  const timer = setTimeout(() => stderr.write(`${what} …`), patienceMs);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    stderr.write("\r\x1b[2K");
  }
}

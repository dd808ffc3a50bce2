/** What others see of this process, and where its lines go. */
import { type ChildProcess, spawn, spawnSync } from "child_process";
import { fstatSync, writeFileSync } from "fs";
import { isatty } from "tty";
import { monotonicMs } from "./clock.ts";

/**
 * Goes by that name from now on, as `killall` and `pgrep` look for it; what was given on the command
 * line, secrets too, is no longer shown to other users.
 */
export function nameProcess(name: string): void {
  process.title = name;
  try {
    // Node 12 sets the command line alone.
    writeFileSync("/proc/self/comm", name);
  } catch {
    // Only Linux has it.
  }
}

/** Where no person and no program reads what is said; a terminal, pipe or file is read. */
export function isUnread(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    // A journal that another unit opened, such as ifupdown's, does not know us by name.
    const isJournal = process.env.JOURNAL_STREAM === `${stat.dev}:${stat.ino}`;
    return isJournal || (stat.isCharacterDevice() && !isatty(fd));
  } catch {
    return true;
  }
}

const againMs = 10_000;

/**
 * Lines for the system's log: by logger(1), since Node has no datagrams on unix sockets. A line may
 * begin with its priority, as `<4>`. Where no logger can be run, lines are lost.
 */
export function systemLog(identifier: string): (line: string) => void {
  let logger: ChildProcess | undefined;
  let triedMs = -Infinity;
  const begin = (): void => {
    triedMs = monotonicMs();
    const child = spawn("logger", argvOf(identifier), { stdio: ["pipe", "ignore", "ignore"], env });
    const end = (): void => {
      if (logger === child) logger = undefined;
    };
    child.on("error", end);
    child.on("exit", end);
    child.stdin?.on("error", end);
    logger = child;
  };
  return (line) => {
    if (!logger && monotonicMs() - triedMs >= againMs) begin();
    logger?.stdin?.write(line);
  };
}

/** The last words of a program that ends at once. */
export function tellSystem(identifier: string, input: string): void {
  spawnSync("logger", argvOf(identifier), { input, env, timeout: 1_000 });
}

/** The variables that come from ifupdown hold a secret. */
const env = { PATH: process.env.PATH };

const argvOf = (identifier: string): string[] => {
  const linux = process.platform === "linux" ? ["--prio-prefix"] : [];
  return [...linux, "-t", identifier, "-p", "daemon.notice"];
};

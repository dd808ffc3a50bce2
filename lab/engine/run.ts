/** Runs a program in a folder, line by line, and tells how it ended. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { WorldFailure } from "../../stack/failure.ts";
import type { Caller } from "../caller.ts";
import { signalGroup } from "../command.ts";

/** Told of each step of the making. */
export type Say = (text: string) => void;

export type RunOptions = {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Whose process it is; this process's own user unless given. */
  readonly user?: Caller | undefined;
  /** Told of each line of output, errors included. */
  readonly onLine?: (line: string) => void;
  /** The program is ended by SIGINT, so that it can put things in order. */
  readonly signal?: AbortSignal | undefined;
  /** So are all that it has started: for one that does not wait for them. */
  readonly endsAll?: boolean;
  /** It is told a second time, which most programs take for: at once. */
  readonly hurry?: AbortSignal;
};

export type Ended = {
  readonly code: number;
  readonly wasInterrupted: boolean;
  readonly stdout: string;
  /** Both outputs, in the order in which they came. */
  readonly output: string;
};

/** @throws WorldFailure when the program cannot be started at all */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const [program = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      ...options.user,
      stdio: ["ignore", "pipe", "pipe"],
      // A terminal's Ctrl-C would reach it a second time beside ours.
      detached: options.signal !== undefined,
    });
    let stdout = "";
    let output = "";
    const heard = (line: string): void => {
      output += `${line}\n`;
      options.onLine?.(line);
    };
    createInterface(child.stdout).on("line", (line) => {
      stdout += `${line}\n`;
      heard(line);
    });
    createInterface(child.stderr).on("line", heard);
    const interrupt = (): void => {
      if (options.endsAll) signalGroup(child.pid, "SIGINT");
      else child.kill("SIGINT");
    };
    const signals = [options.signal, options.hurry];
    for (const signal of signals) {
      if (signal?.aborted) interrupt();
      signal?.addEventListener("abort", interrupt, { once: true });
    }
    child.on("error", (error) => {
      const what = `${program} cannot run: ${error.message}`;
      reject(new WorldFailure(what, "see whether it is installed"));
    });
    // What has outlived it would go on writing, and keep its output open.
    child.on("exit", () => {
      if (options.endsAll && options.signal?.aborted) signalGroup(child.pid, "SIGKILL");
    });
    child.on("close", (code, killed) => {
      for (const signal of signals) signal?.removeEventListener("abort", interrupt);
      const wasInterrupted = signals.some((signal) => signal?.aborted === true);
      resolve({ code: code ?? (killed === null ? 1 : 130), wasInterrupted, stdout, output });
    });
  });
}

/** The last lines of an output: what most programs end with is what went wrong. */
export const tailOf = (output: string, lines = 8): string =>
  output.trim().split("\n").slice(-lines).join("\n");

/** Runs the machine's own programs, and tells what went wrong in their own words. */
import { spawn } from "node:child_process";
import { WorldFailure } from "../stack/failure.ts";

export type Outcome = { readonly code: number; readonly stdout: string; readonly stderr: string };

export type CommandOptions = {
  /** What the program reads from its standard input. */
  readonly input?: string;
  /** Called with each whole line of standard error as it comes. */
  readonly onLine?: (line: string) => void;
  readonly env?: Readonly<Record<string, string>>;
  readonly onStart?: (pid: number | undefined) => void;
  /** The program and all that it has started are ended by SIGTERM, and may put things in order. */
  readonly signal?: AbortSignal;
};

/** A plain user's PATH often lacks the folders of the administrator. */
export const programPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Runs a program to its end.
 * @throws WorldFailure when the program cannot be started at all
 */
export function attempt(argv: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  const [program = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, PATH: programPath, LC_ALL: "C.UTF-8", ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
      // A group of its own, which can be ended as one: mmdebstrap waits for what it has started.
      detached: options.signal !== undefined,
    });
    options.onStart?.(child.pid);
    const end = (): void => signalGroup(child.pid, "SIGTERM");
    if (options.signal?.aborted) end();
    options.signal?.addEventListener("abort", end, { once: true });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    let rest = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) options.onLine?.(line);
    });
    child.on("error", (error) => {
      reject(new WorldFailure(`${program} cannot run: ${error.message}`, "is it installed?"));
    });
    // A program that reads nothing may be gone before its input is written.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
    child.on("exit", () => options.signal?.aborted && signalGroup(child.pid, "SIGKILL"));
    child.on("close", (code) => {
      options.signal?.removeEventListener("abort", end);
      resolve({ code: code ?? 1, stdout, stderr });
    });
  });
}

/** Signals a program that was started as a group of its own, with all that it has started. */
export function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (leader !== undefined) process.kill(-leader, signal);
  } catch {
    // All of them are gone.
  }
}

/**
 * Runs a program that has to succeed; gives what it printed.
 * @throws WorldFailure with the program's own last words
 */
export async function must(
  argv: readonly string[],
  options: CommandOptions = {},
  fix = "this step of the lab cannot go on without it",
): Promise<string> {
  const { code, stdout, stderr } = await attempt(argv, options);
  if (code === 0) return stdout;
  const said = (stderr.trim() || stdout.trim()).split("\n").slice(-5).join("\n");
  throw new WorldFailure(`"${argv.join(" ").slice(0, 200)}" failed (${code}): ${said}`, fix);
}

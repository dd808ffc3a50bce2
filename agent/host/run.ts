/** Another program, without a shell, for a bounded time. */
import { spawn } from "child_process";

export type Ran = { readonly good: boolean; readonly why: string };

/** Something that is tried failed by itself. */
export const failed = ({ code, message }: NodeJS.ErrnoException): Ran => ({
  good: false,
  why: code ?? message,
});

const textMax = 2_000;

/** Runs to its end, or kills it with all that it started when the time is over; never rejects. */
export function run(argv: readonly string[], timeoutMs: number): Promise<Ran> {
  return new Promise<Ran>((resolve) => {
    const [program = "", ...rest] = argv;
    const child = spawn(program, rest, { stdio: ["ignore", "ignore", "pipe"], detached: true });
    let said = "";
    const end = (good: boolean, why: string): void => {
      clearTimeout(timer);
      resolve({ good, why });
    };
    const timer = setTimeout(() => {
      end(false, `no end within ${timeoutMs} ms`);
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }, timeoutMs);
    child.on("error", ({ code }: NodeJS.ErrnoException) => end(false, `cannot be run: ${code}`));
    child.on("exit", (code, signal) => {
      const [line = ""] = said.trim().split("\n");
      end(code === 0, `${signal ?? `exit ${code}`}${line && `: ${line.slice(0, 100)}`}`);
    });
    // Where files are short there is no pipe, against what the types say.
    child.stderr?.on("data", (text: Buffer) => {
      if (said.length < textMax) said += String(text);
    });
    // Some faults, such as a folder that is a file, are thrown instead of told.
  }).catch((error) => ({ good: false, why: `cannot be run: ${failed(error).why}` }));
}

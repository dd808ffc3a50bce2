/**
 * Runs a program that ends in its own time. Plain JavaScript for Node 18, since it may run before
 * anything is installed.
 */
import { spawn } from "node:child_process";

/**
 * A terminal's Ctrl-C reaches the program as well, which then puts things away: whoever started it
 * waits for that. SIGTERM, which reaches this process alone, is handed on.
 * @returns the exit code; 130 where a signal has ended it
 */
export function runToItsEnd(command, args, options = {}) {
  const child = spawn(command, args, { stdio: "inherit", ...options });
  for (const signal of ["SIGINT", "SIGHUP"]) process.on(signal, () => {});
  // A process of root's takes no signal from a user; that its input ends, it can see.
  process.on("SIGTERM", () => (child.stdin ? child.stdin.end() : child.kill("SIGTERM")));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 130));
  });
}

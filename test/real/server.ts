/** A real proxy that runs in the foreground on a Unix socket for as long as a test asks it. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { type Tool, toolFile, toolPath } from "./tools.ts";

/** Asks for each path in turn; gives the bodies. */
type Ask = (paths: readonly string[]) => Promise<string[]>;

/**
 * Starts the program, lets the body ask it, and ends it.
 * @param socket that it will listen on
 */
export async function whileServing<T>(
  tool: Tool,
  args: readonly string[],
  socket: string,
  body: (ask: Ask) => Promise<T>,
): Promise<T> {
  const server = spawn(toolFile(tool), args, {
    env: { PATH: toolPath },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  server.stderr.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    await untilAnswering(server, socket, () => said);
    return await body(async (paths) => {
      const bodies: string[] = [];
      for (const path of paths) bodies.push(await get(socket, path, agent));
      return bodies;
    });
  } finally {
    agent.destroy();
    await end(server);
  }
}

async function untilAnswering(server: ChildProcess, socket: string, said: () => string) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    assert.equal(server.exitCode, null, said());
    try {
      await get(socket, "/", new Agent());
      return;
    } catch {
      await wait(25);
    }
  }
  assert.fail(`no answer: ${said()}`);
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, "exit");
  server.kill("SIGKILL");
  await ended;
}

const get = (socketPath: string, path: string, agent: Agent): Promise<string> =>
  new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, agent }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => resolve(Buffer.concat(parts).toString("utf8")));
      response.on("error", reject);
    });
    asked.on("error", reject);
    asked.end();
  });

/** A folder for sockets, and requests over them; Node's own client, and not the agent's. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingHttpHeaders, type RequestOptions, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

export function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "baton-status-"));
  t.after(() => rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  return path;
}

export type Answer = {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
};

export function ask(options: RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ agent: false, ...options }, (response) => {
      const { statusCode: code = 0, headers } = response;
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => {
        text += part;
      });
      response.on("end", () => resolve({ code, headers, text }));
    });
    asked.on("error", reject);
    asked.end();
  });
}

/** Asks until somebody answers. */
export async function askUntil(options: RequestOptions): Promise<Answer> {
  for (let left = 300; ; left -= 1) {
    try {
      return await ask(options);
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    }
  }
}

/** What a process leaves behind that was killed while it listened. */
export async function leaveStale(socketPath: string): Promise<void> {
  const listens = `require("net").createServer().listen(process.argv[1], () => console.log(1))`;
  const child = spawn(process.execPath, ["-e", listens, socketPath]);
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "exit");
}

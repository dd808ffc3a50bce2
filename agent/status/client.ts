/** Asks the agent that runs on this host. */
import { request } from "http";

export type Asked = { readonly code: number; readonly text: string };

const timeoutMs = 5_000;
const answerMax = 1 << 20;

/** What the agent answers; it throws a text for people where none does. */
export function askAgent(socketPath: string, method: "GET" | "POST", path: string): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path, timeout: timeoutMs }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        if (text.length < answerMax) text += part;
      });
      response.on("aborted", () => reject(new Error(`no whole answer on ${socketPath}`)));
      response.on("end", () => resolve({ code: response.statusCode ?? 0, text }));
    });
    asked.on("timeout", () => asked.destroy(new Error(`no answer on ${socketPath}`)));
    asked.on("error", ({ code, message }: NodeJS.ErrnoException) =>
      reject(
        new Error(
          code === "EACCES"
            ? `${socketPath} is for root and the agent's group only: use sudo`
            : code === "ENOENT" || code === "ECONNREFUSED"
              ? `no agent runs here: systemctl status baton (${socketPath}: ${code})`
              : message,
        ),
      ),
    );
    asked.end();
  });
}

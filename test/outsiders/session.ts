/** An official client in a process of its own, asked line by line. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { goProgram, pythonHome } from "./made.ts";

export const outsiders = ["egoscale", "python"] as const;
/** The library of the older API has words of its own. */
export type Outsider = (typeof outsiders)[number] | "egoscale-v1";

export type Call = {
  /** By its operationId. */
  readonly operation: string;
  /** What the path names, in order. */
  readonly path?: readonly string[];
  /** Of the Python client alone: the Go SDK has a type of its own for each. */
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Of the older API: a machine, an interface or an address on it, and an address. */
  readonly id?: string;
  readonly ip?: string;
  /** Until the operation that it begins has ended, by the client's own polling. */
  readonly wait?: boolean;
};

export type Outcome =
  | { readonly kind: "done"; readonly value: unknown }
  | { readonly kind: "forbidden" | "not-found" | "failed"; readonly text: string };

export type Ask = (call: Call) => Promise<Outcome>;

export type Session = {
  readonly ask: Ask;
  readonly end: () => Promise<void>;
};

export type SessionOptions = {
  readonly key: string;
  readonly secret: string;
  /** Absent: the client's own for its zone. */
  readonly endpoint?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What the client is run by, as in a namespace. */
  readonly within?: (argv: readonly string[]) => readonly string[];
};

async function argvOf(outsider: Outsider): Promise<readonly string[]> {
  if (outsider === "egoscale") return [await goProgram("go")];
  if (outsider === "egoscale-v1") return [await goProgram("go-v1")];
  const program = fileURLToPath(new URL("python/client.py", import.meta.url));
  return [join(await pythonHome(), "bin", "python"), "-B", program];
}

/** @throws WorldFailure when the client cannot be had */
export async function startSession(
  outsider: Outsider,
  { key, secret, endpoint, env, within = (argv) => argv }: SessionOptions,
): Promise<Session> {
  const [program = "", ...args] = within(await argvOf(outsider));
  const child = spawn(program, args, {
    // No proxy and no endpoint of whoever runs the tests.
    env: {
      PATH: process.env.PATH,
      LANG: "C.UTF-8",
      EXOSCALE_API_KEY: key,
      EXOSCALE_API_SECRET: secret,
      ...(endpoint && { EXOSCALE_API_ENDPOINT: endpoint }),
      ...env,
    },
  });
  const waiting: ((line: string | undefined) => void)[] = [];
  let said = "";
  child.stderr.on("data", (text) => {
    said += String(text);
  });
  createInterface(child.stdout).on("line", (line) => waiting.shift()?.(line));
  const ended = once(child, "close").then(() => {
    for (const tell of waiting) tell(undefined);
  });
  child.stdin.on("error", () => undefined);
  const ask: Ask = async (call) => {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    waiting.push(resolve);
    child.stdin.write(`${JSON.stringify(call)}\n`);
    if (child.exitCode !== null) resolve(undefined);
    const line = await promise;
    if (line === undefined) throw new Error(`${outsider} has ended:\n${said}`);
    return JSON.parse(line);
  };
  return {
    ask,
    end: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

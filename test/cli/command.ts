/** Runs the command as a person would, in a folder of its own. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { publicKey } from "../stack/bases.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const main = join(root, "cli/main.ts");
export const bundle = join(root, "test/fixtures/agent-bundle.js");

export type Result = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Secrets of a fixed value, so that output can be compared. */
export const secrets = {
  BATON_SECRET: "a-stack-secret-of-the-tests-0123456789",
  BATON_AGENT_KEY: "EXOtestkey0000000000000001",
  BATON_AGENT_SECRET: "test-secret-0123456789abcdefghijklmnopqrstuv",
};

type Options = { readonly env?: Readonly<Record<string, string>>; readonly input?: string };

/** Runs `baton` with nothing in its environment but PATH and what is given. */
export function baton(
  folder: string,
  args: readonly string[],
  { env = secrets, input = "" }: Options = {},
): Result {
  return spawnSync(process.execPath, [main, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: process.env.PATH, ...env },
    input,
    timeout: 60_000,
  });
}

/** A folder with files, removed when the test ends. */
export function folderWith(context: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "baton-cli-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

export const stack = `name: shop
cloud: { provider: exoscale }
addresses:
  web: { ip: 198.51.100.50 }
app-servers: 2
services:
  web: { port: 80 }
access:
  ssh-keys: [${publicKey}]
`;

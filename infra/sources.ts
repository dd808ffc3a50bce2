/** What user-data needs beside the stack: the agent's bundle, and the values of references. */
import { readFileSync } from "node:fs";
import { resolve as resolvePath } from "node:path";
import { fileURLToPath } from "node:url";
import { reasonOf } from "../stack/failure.ts";
import { formatReference, type Reference } from "../stack/reference.ts";
import type { Provider, Stack } from "../stack/stack.ts";
import type { Bundle, Resolved, Resolver } from "../user-data/inputs.ts";
import { stop } from "./problem.ts";

/** Where `npm run build:agent` writes the agent of a cloud. */
const builtAgent = (provider: Provider): string =>
  fileURLToPath(new URL(`../dist/agent/${provider}.js`, import.meta.url));

/** The agent's program; undefined where hosts fetch one that is pinned. @param path another file */
export function agentBundle(stack: Stack, path: string | undefined): Bundle | undefined {
  const { delivery } = stack.agent;
  if (delivery.by === "url" && delivery.sha256 !== undefined) return undefined;
  const file = path ?? builtAgent(stack.cloud.provider);
  const text = readAgent(file, path === undefined);
  if (text.startsWith("#!")) return { text };
  return stop(`${file}: an agent bundle begins with the line #!/usr/bin/env node; this does not`);
}

function readAgent(file: string, built: boolean): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const how = built ? "build it by `npm run build:agent`" : "check the path of the agent bundle";
    return stop(`${file}: the agent bundle cannot be read: ${reasonOf(error)}`, how);
  }
}

export type Secrets = Readonly<Record<string, string>>;

/**
 * Follows the references of a stack file where the program runs.
 * @param folder that `${file:PATH}` starts from
 * @param secrets values of `${pulumi:NAME}`
 */
export const resolver =
  (folder: string, secrets: Secrets): Resolver =>
  (reference) => {
    switch (reference.from) {
      case "env":
        return found(process.env[reference.name], reference, exporting(reference.name));
      case "file":
        return fromFile(folder, reference);
      case "pulumi": {
        const value = Object.hasOwn(secrets, reference.name) ? secrets[reference.name] : undefined;
        return found(value, reference, `pulumi config set --secret baton:${reference.name}`);
      }
    }
  };

const exporting = (name: string): string =>
  name === "BATON_SECRET"
    ? 'export BATON_SECRET="$(npx baton secret)", and keep it; or keep it in the config of the ' +
      "stack: write `secret: ${pulumi:stackSecret}`"
    : `export ${name}`;

const found = (value: string | undefined, reference: Reference, fix: string): Resolved =>
  value === undefined || value === ""
    ? { ok: false, message: `${formatReference(reference)} has no value`, fix }
    : { ok: true, value };

function fromFile(folder: string, reference: Extract<Reference, { from: "file" }>): Resolved {
  try {
    return { ok: true, value: readFileSync(resolvePath(folder, reference.path), "utf8") };
  } catch (error) {
    const message = `${formatReference(reference)} cannot be read: ${reasonOf(error)}`;
    return { ok: false, message, fix: `check the path; it starts from ${folder}` };
  }
}

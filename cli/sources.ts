/** Where a plan's inputs come from when a person runs a command: environment, files and facts. */
import { resolve as resolvePath } from "node:path";
import { formatReference, type Reference } from "../stack/reference.ts";
import { type Facts, noFacts, parseFacts } from "../user-data/facts.ts";
import type { Bundle, Resolved, Resolver, Sources } from "../user-data/inputs.ts";
import { agentBundle, isBuilt } from "./agent-bundle.ts";
import { Failure, fail } from "./failure.ts";
import type { StackFile } from "./stack-file.ts";
import { readText } from "./text-file.ts";

export type SourceOptions = {
  /** Path of the facts, `-` for standard input. */
  readonly facts?: string;
  /** Path of the agent's bundle. */
  readonly agentBundle?: string;
};

/** `${file:PATH}` starts from the stack file's folder. */
export async function sourcesOf(
  { folder, stack }: Pick<StackFile, "folder" | "stack">,
  options: SourceOptions,
): Promise<Sources> {
  const facts = options.facts === undefined ? noFacts : readFacts(options.facts);
  const bundle =
    options.agentBundle === undefined
      ? await builtBundle(stack.cloud.provider)
      : readBundle(options.agentBundle);
  return { facts, bundle, resolve: resolver(folder, facts) };
}

/** The agent of this project, for the clouds that it is built for. */
const builtBundle = (provider: string): Promise<Bundle> | undefined =>
  isBuilt(provider) ? agentBundle(provider) : undefined;

function readFacts(path: string): Facts {
  const parsed = parseFacts(readText(path, "facts"));
  if (parsed.ok) return parsed.facts;
  const file = path === "-" ? "standard input" : path;
  throw new Failure(
    parsed.problems.map((message) => ({ severity: "error", path: [], file, message })),
  );
}

function readBundle(path: string): Bundle {
  const text = readText(path, "agent bundle");
  if (text.startsWith("#!")) return { text };
  return fail(path, "an agent bundle begins with the line #!/usr/bin/env node; this file does not");
}

const resolver =
  (folder: string, facts: Facts): Resolver =>
  (reference) => {
    switch (reference.from) {
      case "env":
        return fromEnvironment(reference.name);
      case "file":
        return fromFile(folder, reference);
      case "pulumi": {
        const { secrets } = facts;
        const value = Object.hasOwn(secrets, reference.name) ? secrets[reference.name] : undefined;
        if (value !== undefined) return { ok: true, value };
        const message = `the facts hold no secret ${reference.name}`;
        return {
          ok: false,
          message,
          fix: "give them by --facts, from `pulumi stack output --json --show-secrets`",
        };
      }
    }
  };

function fromEnvironment(name: string): Resolved {
  const value = process.env[name];
  if (value !== undefined && value !== "") return { ok: true, value };
  const fix =
    name === "BATON_SECRET"
      ? `export ${name}="$(npx baton secret)", and keep it`
      : `export ${name}`;
  return { ok: false, message: `environment variable ${name} is not set`, fix };
}

function fromFile(folder: string, reference: Extract<Reference, { from: "file" }>): Resolved {
  try {
    return { ok: true, value: readText(resolvePath(folder, reference.path), "file") };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return {
      ok: false,
      message: `${formatReference(reference)}: ${error.message}`,
      fix: "check the path; it starts from the stack file's folder",
    };
  }
}

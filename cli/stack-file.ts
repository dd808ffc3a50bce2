/** The stack file that a command is given: read, checked, and its warnings shown. */
import { dirname } from "node:path";
import type { Diagnostic, Finding } from "../stack/diagnostic.ts";
import { loadStack } from "../stack/load.ts";
import { type Host, hostsOf, type Stack } from "../stack/stack.ts";
import { suggest } from "../stack/suggest.ts";
import { Failure, fail } from "./failure.ts";
import { readText } from "./text-file.ts";

export type StackFile = {
  readonly stack: Stack;
  /** Folder that `${file:PATH}` starts from. */
  readonly folder: string;
  readonly warnings: readonly Diagnostic[];
  /** Puts the file and the place to a finding. */
  readonly locate: (finding: Finding) => Diagnostic;
};

/** @throws Failure with everything that is wrong */
export function readStackFile(path: string): StackFile {
  const loaded = loadStack(readText(path, "stack file"), path === "-" ? "standard input" : path);
  if (!loaded.ok) throw new Failure(loaded.diagnostics);
  const { stack, warnings, locate } = loaded;
  return { stack, folder: path === "-" ? "." : dirname(path), warnings, locate };
}

/** @throws Failure that lists the hosts */
export function hostNamed(stack: Stack, name: string, file: string): Host {
  const hosts = hostsOf(stack);
  const found = hosts.find((host) => host.name === name);
  if (found !== undefined) return found;
  const names = hosts.map((host) => host.name);
  const meant = suggest(name, names);
  const listed =
    names.length > 20 ? `${names.slice(0, 20).join(", ")} … (${names.length})` : names.join(", ");
  return fail(
    file,
    `there is no host ${JSON.stringify(name.slice(0, 80))} in this stack`,
    meant === undefined ? `hosts: ${listed}` : `did you mean ${meant}? hosts: ${listed}`,
  );
}

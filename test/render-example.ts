/** Every example with every host, rendered with fixed secrets and the fixture bundle. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { formatDiagnostic } from "../stack/diagnostic.ts";
import { loadStack } from "../stack/load.ts";
import type { Reference } from "../stack/reference.ts";
import { type Host, hostsOf, type Stack } from "../stack/stack.ts";
import { noFacts } from "../user-data/facts.ts";
import type { Bundle, Sources } from "../user-data/inputs.ts";
import type { HostFile, HostPlan } from "../user-data/plan.ts";
import { makeUserData, type UserData } from "../user-data/user-data.ts";

const examples = new URL("../examples/", import.meta.url);

export const fixtureBundle: Bundle = {
  text: readFileSync(new URL("fixtures/agent-bundle.js", import.meta.url), "utf8"),
};

export const fixtureSecret = "a-stack-secret-of-the-tests-that-protects-nothing";

/** A value for each reference that tells in the rendered text which one it was. */
function fixedValue(reference: Reference): string {
  if (reference.from === "file") return readFileSync(new URL(reference.path, examples), "utf8");
  if (reference.name === "BATON_SECRET") return fixtureSecret;
  // keepalived uses eight characters of a password.
  return reference.name.includes("PASS") ? "pass-env" : `value-of-${reference.name}`;
}

export const fixedSources: Sources = {
  facts: noFacts,
  bundle: fixtureBundle,
  resolve: (reference) => ({ ok: true, value: fixedValue(reference) }),
};

/** Reads a stack file that has to be right. */
export function stackOf(source: string, name = "stack.yaml"): Stack {
  const loaded = loadStack(source, name);
  const wrong = loaded.ok ? [] : loaded.diagnostics;
  assert.ok(loaded.ok, `${name}\n${wrong.map((item) => formatDiagnostic(item)).join("\n")}`);
  return loaded.stack;
}

/** Makes the user-data of a host that has to be right. */
export function userDataOf(stack: Stack, host: Host, sources: Sources = fixedSources): UserData {
  const made = makeUserData(stack, host, sources);
  const wrong = made.ok ? [] : made.findings;
  assert.ok(made.ok, `${stack.name} ${host.name}\n${JSON.stringify(wrong, null, 2)}`);
  return made.userData;
}

export type RenderedHost = UserData & { readonly title: string; readonly stackFile: string };

export function renderAll(source: string, stackFile: string): RenderedHost[] {
  const stack = stackOf(source, stackFile);
  return hostsOf(stack).map((host) => ({
    ...userDataOf(stack, host),
    title: `${stackFile} ${host.name}`,
    stackFile,
  }));
}

/** Names of the examples, without `.yaml`. */
export const exampleNames: readonly string[] = readdirSync(examples)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => basename(file, ".yaml"))
  .sort();

export const readExample = (name: string): string =>
  readFileSync(new URL(`${name}.yaml`, examples), "utf8");

export const renderExample = (name: string): RenderedHost[] => renderAll(readExample(name), name);

/** The file of a host at a path, which has to be there. */
export function fileAt({ host, files }: HostPlan, path: string): HostFile {
  const found = files.find((file) => file.path === path);
  assert.ok(found, `${host} has no ${path}`);
  return found;
}

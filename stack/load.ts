/** From the text of a stack file to a stack, or to everything that is wrong with it. */
import type { z } from "zod";
import { type Diagnostic, type Finding, hasErrors, type Path } from "./diagnostic.ts";
import { readDocument } from "./document.ts";
import { findingsOf } from "./issues.ts";
import { resolve } from "./resolve.ts";
import { applyRules } from "./rules/rules.ts";
import { type Declaration, declaration, jsonSchema } from "./schema.ts";
import type { Stack } from "./stack.ts";

export type Loaded =
  | { readonly ok: true; readonly stack: Stack; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Reads, checks and completes a stack file.
 * @param source its text; references in it are not followed
 * @param file how messages name it
 */
export function loadStack(source: string, file: string): Loaded {
  const read = readDocument(source, file);
  if (!read.ok) return read;
  const { data, locate } = read.document;
  const { stack, findings } = examine(data);
  const diagnostics = findings.map(locate).sort(byPlace);
  if (stack === undefined || hasErrors(findings)) return { ok: false, diagnostics };
  return { ok: true, stack, warnings: diagnostics };
}

const byPlace = (a: Diagnostic, b: Diagnostic): number =>
  (a.position?.line ?? 0) - (b.position?.line ?? 0) ||
  (a.position?.column ?? 0) - (b.position?.column ?? 0);

function examine(data: unknown): { stack?: Stack; findings: readonly Finding[] } {
  const parsed = declaration.safeParse(data, { reportInput: true });
  if (parsed.success) return judge(parsed.data);
  const findings = findingsOf(parsed.error.issues, jsonSchema());
  return { findings: [...findings, ...furtherFindings(data, findings)] };
}

function judge(declared: Declaration): { stack: Stack; findings: readonly Finding[] } {
  const stack = resolve(declared);
  return { stack, findings: applyRules(declared, stack) };
}

/**
 * All errors are shown at once: what breaks the schema is cut out of a copy, and the rules look at
 * the rest. What they say about the places that were cut, or around them, is not to be trusted.
 */
function furtherFindings(data: unknown, broken: readonly Finding[]): readonly Finding[] {
  const cut = broken.map(({ path }) => path);
  if (cut.some((path) => path.length < 2 && !independent.includes(String(path[0])))) return [];
  const copy = structuredClone(data);
  for (const path of cut) remove(copy, path);
  const parsed: z.ZodSafeParseResult<Declaration> = declaration.safeParse(copy);
  if (!parsed.success) return [];
  const { findings } = judge(parsed.data);
  return findings.filter(
    ({ path }) => !cut.some((other) => within(path, other) || within(other, path)),
  );
}

/** Top-level fields without which every rule still makes sense. */
const independent = ["name", "secret", "health", "access", "extra"];

const within = (inner: Path, outer: Path): boolean =>
  outer.every((step, index) => inner[index] === step);

function remove(data: unknown, path: Path): void {
  let around: unknown = data;
  for (const step of path.slice(0, -1))
    around = (around as Record<string | number, unknown>)?.[step];
  const last = path.at(-1);
  if (typeof around === "object" && around !== null && last !== undefined) {
    // A list keeps its length, so that the indices of the other findings stay true.
    if (Array.isArray(around)) around[Number(last)] = undefined;
    else delete (around as Record<string, unknown>)[last];
  }
}

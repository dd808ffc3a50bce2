/** From the text of a stack file to a stack, or to everything that is wrong with it. */
import { type Diagnostic, type Finding, hasErrors, type Path } from "./diagnostic.ts";
import { readDocument } from "./document.ts";
import { findingsOf } from "./issues.ts";
import { resolve } from "./resolve.ts";
import { applyRules } from "./rules/rules.ts";
import { type Declaration, declaration, jsonSchema } from "./schema.ts";
import type { Stack } from "./stack.ts";

export type Loaded =
  | {
      readonly ok: true;
      readonly stack: Stack;
      readonly warnings: readonly Diagnostic[];
      /** Puts the file and the place to what is found out later. */
      readonly locate: (finding: Finding) => Diagnostic;
    }
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
  return { ok: true, stack, warnings: diagnostics, locate };
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
  const copy = structuredClone(data);
  const cut: Path[] = [];
  let wrong: readonly Path[] = broken.map(({ path }) => path);
  // Cutting a required key leaves a gap, which the next round closes by cutting what is around it.
  for (let round = 0; round < 4; round += 1) {
    for (const path of wrong) cut.push(remove(copy, path));
    if (cut.some((path) => path.length < 2 && !independent.includes(String(path[0])))) return [];
    const parsed = declaration.safeParse(copy, { reportInput: true });
    if (parsed.success) return trusted(judge(parsed.data).findings, cut);
    wrong = findingsOf(parsed.error.issues, jsonSchema()).map(({ path }) => path);
  }
  return [];
}

const trusted = (findings: readonly Finding[], cut: readonly Path[]): readonly Finding[] =>
  findings.filter(({ path }) => !cut.some((other) => within(path, other) || within(other, path)));

/** Top-level fields without which every rule still makes sense. */
const independent = ["name", "secret", "health", "access", "extra"];

const within = (inner: Path, outer: Path): boolean =>
  outer.every((step, index) => inner[index] === step);

/** Cuts the entry at `path`, or what is around it where there is none; gives the path that was cut. */
function remove(data: unknown, path: Path): Path {
  const last = path.at(-1);
  if (last === undefined) return path;
  let around: unknown = data;
  for (const step of path.slice(0, -1)) {
    around = isContainer(around) ? around[step] : undefined;
  }
  if (!isContainer(around) || around[last] === undefined) return remove(data, path.slice(0, -1));
  if (Array.isArray(around)) {
    around.splice(Number(last), 1);
    // The items behind it have moved up: the list as a whole is no longer to be trusted.
    return path.slice(0, -1);
  }
  delete around[last];
  return path;
}

const isContainer = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === "object" && value !== null;

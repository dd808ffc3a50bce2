/** From the text of a stack file to a stack, or to everything that is wrong with it. */
import { type Diagnostic, type Finding, hasErrors } from "./diagnostic.ts";
import { readDocument } from "./document.ts";
import { examine } from "./examine.ts";
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

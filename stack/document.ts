/** From the text of a stack file to plain data with positions, or what is wrong with the text. */
import { CORE_SCHEMA, constructFromEvents, parseEvents, YAMLException } from "js-yaml";
import type { Diagnostic, Finding, Position } from "./diagnostic.ts";
import { messages } from "./messages.ts";
import { indexPositions } from "./positions.ts";

export type Document = {
  readonly data: unknown;
  /** Puts the file and the place to a finding. */
  readonly locate: (finding: Finding) => Diagnostic;
};

export type Read =
  | { readonly ok: true; readonly document: Document }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Nobody nests deeper by hand, and few aliases cannot multiply into many nodes. */
const limits = { maxDepth: 24, maxAliases: 16, maxTotalMergeKeys: 256 };

/** @param file how messages name the file; nothing is read here */
export function readDocument(source: string, file: string): Read {
  const refuse = (text: { message: string; fix?: string }, position?: Position): Read => ({
    ok: false,
    diagnostics: [{ severity: "error", path: [], file, ...text, ...(position && { position }) }],
  });
  try {
    const events = parseEvents(source, { maxDepth: limits.maxDepth });
    const documents = constructFromEvents(events, { source, schema: CORE_SCHEMA, ...limits });
    if (documents.length > 1) return refuse(messages.manyDocuments());
    const data = documents[0];
    if (data === undefined || data === null) return refuse(messages.empty());
    if (typeof data !== "object" || Array.isArray(data)) return refuse(messages.notSection());
    const positions = indexPositions(source, events);
    const locate = (finding: Finding): Diagnostic => {
      const position = positions.of(finding.path, finding.part ?? "value");
      return { ...finding, file, ...(position && { position }) };
    };
    return { ok: true, document: { data, locate } };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return refuse(messages.notYaml(error.reason), markedPosition(error));
  }
}

function markedPosition({ mark }: YAMLException): Position | undefined {
  if (mark === undefined) return undefined;
  const text = mark.buffer.split("\n")[mark.line] ?? "";
  return { line: mark.line + 1, column: mark.column + 1, length: 1, text: text.replace(/\0$/, "") };
}

/** From the text of a stack file to plain data with positions, or what is wrong with the text. */
import { CORE_SCHEMA, constructFromEvents, parseEvents, YAMLException } from "js-yaml";
import type { Diagnostic, Finding } from "./diagnostic.ts";
import { type Lines, linesOf } from "./lines.ts";
import { messages } from "./messages.ts";
import { indexPositions } from "./positions.ts";
import { mayHoldSecret, pastedSecrets } from "./secrets.ts";

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
export function readDocument(text: string, file: string): Read {
  // A byte order mark belongs to the file, not to its first line.
  const source = text.replace(/^\ufeff/, "");
  const refuse = (finding: Pick<Diagnostic, "message" | "fix" | "conceal" | "position">): Read => ({
    ok: false,
    diagnostics: [{ severity: "error", path: [], file, ...finding }],
  });
  const lines = linesOf(source);
  try {
    const events = parseEvents(source, { maxDepth: limits.maxDepth });
    const documents = constructFromEvents(events, { source, schema: CORE_SCHEMA, ...limits });
    if (documents.length > 1) return refuse(messages.manyDocuments());
    const data = documents[0];
    if (data === undefined || data === null) return refuse(messages.empty());
    if (typeof data !== "object" || Array.isArray(data)) return refuse(messages.notSection());
    const positions = indexPositions(source, events, lines);
    const hidden = new Set(pastedSecrets(data).flatMap(positions.linesOf));
    const locate = (finding: Finding): Diagnostic => {
      const position = positions.of(finding.path, finding.part ?? "value");
      if (position === undefined) return { ...finding, file };
      return { ...finding, file, position, conceal: finding.conceal || hidden.has(position.line) };
    };
    return { ok: true, document: { data, locate } };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return refuse(notYaml(error, source, lines));
  }
}

function notYaml({ reason, mark }: YAMLException, source: string, lines: Lines) {
  if (mark === undefined) return messages.notYaml(reason);
  const position = lines.positionOf(mark.position, mark.position + 1);
  const before = source.slice(0, mark.position);
  const conceal = mayHoldSecret(before, position.text);
  // The reason may quote the text: `*hunter2` is an alias that nobody has defined.
  const said = conceal ? reason.replace(/\s*["<!:].*$/s, "") : reason;
  return { ...messages.notYaml(said), position, conceal };
}

/**
 * Diagnostics: what is wrong with an input, where, and how to mend it. This is the one shape and
 * the one place that renders it; the texts are in messages.ts.
 */

/** Keys and list indices from the root of the document. */
export type Path = readonly (string | number)[];

/** What is wrong, before anyone has looked up where it stands in the text. */
export type Finding = {
  readonly severity: "error" | "warning";
  readonly path: Path;
  /** Which part of the entry at `path` is meant: its key or its value. */
  readonly part?: "key" | "value";
  readonly message: string;
  /** What to do about it, as a sentence. */
  readonly fix?: string;
  /** The value may be a secret: the line that holds it is not shown. */
  readonly conceal?: boolean;
};

/** A place in a text; line and column count from 1. */
export type Position = {
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly text: string;
};

export type Diagnostic = Finding & { readonly file: string; readonly position?: Position };

export const hasErrors = (findings: readonly Finding[]): boolean =>
  findings.some(({ severity }) => severity === "error");

/** `nodes.hosts.lb1`, `health[0].tcp`, `addresses["a b"]`; the root is the empty text. */
export const formatPath = (path: Path): string => path.map(formatStep).join("").replace(/^\./, "");

function formatStep(step: string | number): string {
  if (typeof step === "number") return `[${step}]`;
  if (/^[\w-]{1,80}$/.test(step)) return `.${step}`;
  return `[${JSON.stringify(step.length > 80 ? `${step.slice(0, 79)}…` : step)}]`;
}

/** How a terminal or a plain stream shows the parts of a diagnostic. */
export type Paint = (style: "error" | "warning" | "dim", text: string) => string;

export const plain: Paint = (_style, text) => text;

/** One diagnostic as its reader sees it: heading, place, the line with a caret, and the fix. */
export function formatDiagnostic(diagnostic: Diagnostic, paint: Paint = plain): string {
  const { severity, path, message, fix, file, position, conceal } = diagnostic;
  const at = position === undefined ? file : `${file}:${position.line}:${position.column}`;
  const place = path.length === 0 ? at : `${at}  ${formatPath(path)}`;
  const lines = [
    `${paint(severity, severity)}: ${printable(message)}`,
    `  ${paint("dim", `--> ${printable(place)}`)}`,
  ];
  if (position !== undefined && !conceal) lines.push(...snippet(position, severity, paint));
  if (fix !== undefined) lines.push(`  fix: ${printable(fix)}`);
  return lines.join("\n");
}

/** A terminal would obey control characters of the file, and reorder the text around others. */
const printable = (text: string): string =>
  text
    .replaceAll("\t", " ")
    .replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "\ufffd")
    .toWellFormed();

const windowWidth = 80;

/** The line and carets under the value; of a long line only the part around the place. */
function snippet(position: Position, severity: Finding["severity"], paint: Paint): string[] {
  const { line, column, length, text } = position;
  const start = column > windowWidth - 10 ? column - 20 : 1;
  const shown = text.slice(start - 1, start - 1 + windowWidth);
  const before = shown.slice(0, column - start);
  const meant = shown.slice(before.length, before.length + length);
  const carets = "^".repeat(Math.max(1, widthOf(meant)));
  const gutter = String(line);
  return [
    `  ${paint("dim", `${gutter} |`)} ${printable(shown)}`,
    `  ${" ".repeat(gutter.length)} ${paint("dim", "|")} ${" ".repeat(widthOf(before))}${paint(severity, carets)}`,
  ];
}

const wide =
  /\p{sc=Han}|\p{sc=Hira}|\p{sc=Kana}|\p{sc=Hang}|[\u3000-\u303f\uff01-\uff60]|\p{EPres}/u;
const narrow = /^(\p{Mn}|\p{Me}|[\u200b-\u200d]|\ufe0f)$/u;

/** Columns of a terminal that a text takes. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += narrow.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

/** What a person sees: diagnostics and tables, in colour only where a terminal shows it. */
import { styleText } from "node:util";
import { type Diagnostic, formatDiagnostic, type Paint, plain } from "../stack/diagnostic.ts";

const styles = { error: "red", warning: "yellow", dim: "dim" } as const;

const colour: Paint = (style, text) => styleText(styles[style], text);

const coloured = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";

/** How a stream is painted: not at all where it is no terminal. */
export const paintFor = (stream: NodeJS.WriteStream): Paint => (coloured(stream) ? colour : plain);

/** More than a screen of diagnostics hides the first ones, which matter most. */
const shownMax = 12;

/** Prints diagnostics to standard error, each once, errors before warnings. */
export function report(diagnostics: readonly Diagnostic[]): void {
  const paint = paintFor(process.stderr);
  const ordered = [
    ...diagnostics.filter(({ severity }) => severity === "error"),
    ...diagnostics.filter(({ severity }) => severity === "warning"),
  ];
  const texts = [...new Set(ordered.map((diagnostic) => formatDiagnostic(diagnostic, paint)))];
  const shown = texts.slice(0, shownMax);
  const more = texts.length - shown.length;
  process.stderr.write(`${shown.join("\n")}\n`);
  if (more > 0) process.stderr.write(`… and ${more} more\n`);
}

/** Rows as columns, numbers to the right. */
export function table(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cells = [header, ...rows].map((row) => row.map(String));
  const widths = header.map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const numeric = header.map((_, column) => rows.every((row) => typeof row[column] === "number"));
  return cells
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return numeric[column] ? cell.padStart(width) : cell.padEnd(width);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** What programs and the cloud say: none of it moves the cursor or turns the text. */
export const clean = (text: string): string => text.replace(/\p{C}/gu, "?");

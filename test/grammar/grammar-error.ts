/** What the grammar checks throw: the line, and why the program that reads the file refuses it. */
export class GrammarError extends Error {
  override readonly name = "GrammarError";
  readonly line: number;

  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.line = line;
  }
}

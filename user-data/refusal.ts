/**
 * A refusal: something about the input shows only while a plan is made, such as a value that a
 * file's format cannot carry. It is thrown deep inside and becomes a finding at the edge.
 */
import type { Finding, Path } from "../stack/diagnostic.ts";

export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly path: Path;
  readonly fix: string | undefined;

  constructor(message: string, path: Path = [], fix?: string) {
    super(message);
    this.path = path;
    this.fix = fix;
  }
}

export const toFinding = ({ message, path, fix }: Refusal): Finding => ({
  severity: "error",
  path,
  message,
  ...(fix !== undefined && { fix }),
});

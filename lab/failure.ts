/** A fault of the machine or of the person at it: told in words, without a stack trace. */
export class LabFailure extends Error {
  override readonly name = "LabFailure";
  /** What to do about it. */
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(`${message}; ${fix}`);
    this.fix = fix;
  }
}

/** A fault of the machine or of the person at it: told in words, without a stack trace. */
export class LabFailure extends Error {
  override readonly name = "LabFailure";
  /** What happened, and where; the message has the fix behind it. */
  readonly problem: string;
  /** What to do about it. */
  readonly fix: string;

  constructor(problem: string, fix: string) {
    super(`${problem}; ${fix}`);
    this.problem = problem;
    this.fix = fix;
  }
}

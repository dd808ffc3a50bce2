/** A fault of the world, or of the person at it: told with its fix, without a stack trace. */
export class WorldFailure extends Error {
  override readonly name = "WorldFailure";
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

/** What keeps a command from going on: told with its fix, without a stack trace. */
export class OperateFailure extends Error {
  override readonly name = "OperateFailure";
  readonly problem: string;
  readonly fix: string;

  constructor(problem: string, fix: string) {
    super(`${problem}; ${fix}`);
    this.problem = problem;
    this.fix = fix;
  }
}

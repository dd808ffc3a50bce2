/** Before the tests: makes the official clients ready, so that no test waits for it. */
import { WorldFailure } from "../../stack/failure.ts";
import { goClients, goProgram, isLeftOut, leftOut, pythonHome } from "./made.ts";

try {
  if (isLeftOut) process.stderr.write(`baton: ${leftOut}\n`);
  else await Promise.all([pythonHome(), ...goClients.map(goProgram)]);
} catch (error) {
  if (!(error instanceof WorldFailure)) throw error;
  process.stderr.write(`baton: ${error.message}\n`);
  process.exitCode = 1;
}

/**
 * The lab's process.
 * Usage: lab-process.ts [STACK_FILE] [--once] [--no-failover] [--no-page] [--name NAME] [--help]
 * Stands the stack up, fails it over, then shows it until Ctrl-C, on the live page as well; then
 * all of it is taken down.
 * Exit codes: 0 all as it should be, 1 it was not, 130 and 143 interrupted on the way.
 */
import { constants } from "node:os";
import { parseArgs } from "node:util";
import { usualName } from "../lab/fabric/place.ts";
import { type RunOptions, runLab } from "../lab/run/run.ts";
import { progressOn, screenFor } from "../lab/view/progress.ts";
import { WorldFailure } from "../stack/failure.ts";
import { agentBundle } from "./agent-bundle.ts";

const usage = `usage: npm start -- [STACK_FILE] [--once] [--no-failover] [--no-page] [--name NAME]
       npm start -- --simulate`;
const { values, positionals } = given();

const screen = screenFor(
  (text) => void process.stdout.write(text),
  process.stdout,
  process.env.TERM,
);
const [stackFile = "examples/exoscale-elastic-ip-article.yaml"] = positionals;
const interrupt = new AbortController();
const hurry = new AbortController();
/** 130 for Ctrl-C, 143 for SIGTERM, as shells have it. */
let interruptedCode = 130;
const interruptBy = (signal: "SIGINT" | "SIGTERM" | "SIGHUP"): void => {
  if (interrupt.signal.aborted) hurry.abort();
  else {
    interruptedCode = 128 + constants.signals[signal];
    process.stderr.write("\nending: everything is taken down …\n");
  }
  interrupt.abort();
};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => interruptBy(signal));
// Behind sudo, whoever started this cannot signal it.
if (values["until-stdin-ends"]) process.stdin.resume().on("end", () => interruptBy("SIGTERM"));
// A reader such as `head`, or a terminal, that is gone: nobody looks any more, and all is put away.
process.stdout.on("error", () => interrupt.abort());
process.stderr.on("error", () => interrupt.abort());

try {
  const options: RunOptions = {
    stackFile,
    name: values.name,
    agent: (await agentBundle("exoscale")).text,
    env: process.env,
    once: values.once,
    failover: !values["no-failover"],
    page: !values["no-page"] && !values.once,
    screen,
    signal: interrupt.signal,
    hurry: hurry.signal,
  };
  process.exitCode = (await runLab(options, progressOn(screen))) ? 0 : 1;
} catch (error) {
  if (interrupt.signal.aborted) process.exitCode = interruptedCode;
  else if (error instanceof WorldFailure) {
    process.stderr.write(`error: ${error.problem}\nfix: ${error.fix}\n`);
    process.exitCode = 1;
  } else if (isSystemError(error)) {
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = 1;
  } else throw error;
}

// What was asked of the cloud and has no answer yet is not waited for: the cloud is gone.
process.stdout.write("", () => process.exit());

/** What the command line says; ends the process where it says what there is not. */
function given() {
  try {
    const found = parseArgs({
      allowPositionals: true,
      options: {
        once: { type: "boolean", default: false },
        "no-failover": { type: "boolean", default: false },
        "no-page": { type: "boolean", default: false },
        name: { type: "string", default: usualName },
        "until-stdin-ends": { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (found.positionals.length > 1) throw new Error("a lab is of one stack file");
    if (!found.values.help) return found;
    process.stdout.write(`${usage}\n`);
    return process.exit(0);
  } catch (error) {
    // What Node adds on arguments that begin with a dash helps nobody here.
    const [problem] = `${error instanceof Error ? error.message : error}`.split(". To specify");
    process.stderr.write(`error: ${problem}\n${usage}\n`);
    process.exit(2);
  }
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === "string";
}

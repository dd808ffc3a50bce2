/** The one command: `baton`, with its subcommands; failures become messages and exit codes here. */
import { Command, CommanderError } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { reasonOf } from "../stack/failure.ts";
import { addCheck } from "./check.ts";
import { addDiagram } from "./diagram.ts";
import { exitCodes, Failure, UsageError } from "./failure.ts";
import { addGenCloudInit } from "./gen-cloud-init.ts";
import { addInit, addSecret } from "./init.ts";
import { addLab } from "./lab.ts";
import { addDoctor } from "./operate/doctor.ts";
import { addDrill } from "./operate/drill.ts";
import { addHandover, addMaintenance } from "./operate/move.ts";
import { addRoll } from "./operate/roll.ts";
import { addStatus } from "./operate/status.ts";
import { report } from "./terminal.ts";

function program(): Command {
  const baton = new Command("npx baton")
    .description(
      "Stands up a highly available stack behind a failover address, and keeps it there.",
    )
    .version(packageJson.version)
    .showHelpAfterError("(add --help for what is possible)")
    .exitOverride();
  addInit(baton.command("init"));
  addSecret(baton.command("secret"));
  addCheck(baton.command("check"));
  addGenCloudInit(baton.command("gen-cloud-init"));
  addDiagram(baton.command("diagram"));
  addDoctor(baton.command("doctor"));
  addDrill(baton.command("drill"));
  addRoll(baton.command("roll"));
  addStatus(baton.command("status"));
  addHandover(baton.command("handover"));
  addMaintenance(baton.command("maintenance"));
  addLab(baton.command("lab"));
  baton.addHelpText(
    "after",
    "\nExit codes: 0 fine, 1 it could not be done, 2 usage, 3 the stack is not well.",
  );
  return baton;
}

/** Runs a command line, without the program's name, and gives the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    await program().parseAsync([...args], { from: "user" });
    // A command that only starts another program ends as that does.
    return Number(process.exitCode ?? exitCodes.fine);
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
    if (error instanceof UsageError) {
      process.stderr.write(`error: ${error.message}\n(add --help for what is possible)\n`);
      return exitCodes.usage;
    }
    if (error instanceof Failure) {
      report(error.diagnostics);
      return exitCodes.wrongInput;
    }
    if (isSystemError(error)) {
      const { path } = error as NodeJS.ErrnoException;
      process.stderr.write(`error: ${path === undefined ? "" : `${path}: `}${reasonOf(error)}\n`);
      return exitCodes.wrongInput;
    }
    throw error;
  }
}

const isSystemError = (error: unknown): boolean =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === "string";

// A reader such as `head` that has seen enough is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") process.stderr.write(`error: standard output: ${reasonOf(error)}\n`);
  process.exit(error.code === "EPIPE" ? exitCodes.fine : exitCodes.wrongInput);
});

// What is said to nobody is lost, and nothing else: a move that is under way comes to its end.
process.stderr.on("error", () => {});

process.exitCode = await run(process.argv.slice(2));

/** `baton lab`: the lab for hands-on use, from a second terminal. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { askLab } from "../lab/control/client.ts";
import { takeDown } from "../lab/control/down.ts";
import { socketOf } from "../lab/control/server.ts";
import { usualName } from "../lab/fabric/place.ts";
import { verbs } from "../lab/faults/verbs.ts";
import { WorldFailure } from "../stack/failure.ts";
import { exitCodes, fail } from "./failure.ts";
import { runToItsEnd } from "./patient.js";

type Options = { readonly name: string };

const start = fileURLToPath(new URL("start.js", import.meta.url));

export function addLab(lab: Command): void {
  lab
    .description("A stack stood up for real on this machine, and what can befall it.")
    .option("--name <NAME>", "of the lab, where several run", usualName)
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm: (one) => `${one.name()} ${usageOf(one)}`.trim() });
  const named = (): string => lab.opts<Options>().name;
  lab
    .command("up")
    .usage("[--no-page] [STACK]")
    .argument("[STACK]", "stack file; without one, that of `npm start`")
    .option("--no-page", "the terminal's view alone, without the live page")
    .description("stands it up and shows it until Ctrl-C, without a failover of its own")
    .action(async (stack: string | undefined, { page }: { readonly page: boolean }) => {
      // A stack file is meant from where this was typed, and the example from the project's folder.
      const file = stack === undefined ? [] : [stack];
      const terminal = page ? [] : ["--no-page"];
      const args = [start, ...file, "--no-failover", ...terminal, "--name", named()];
      process.exitCode = await runToItsEnd(process.execPath, args);
    });
  lab
    .command("down")
    .description("takes it down, and removes what one that crashed has left")
    .action(() => told(named(), () => takeDown(named())));
  lab
    .command("status")
    .description("tells who holds, and what agents and client say")
    .action(() => told(named(), () => askLab(named(), ["status"])));
  lab
    .command("desk")
    .usage("COMMAND…")
    .argument("<command...>")
    .description("runs a command where the stack's owner sits: `desk npx baton status STACK`")
    .passThroughOptions()
    .allowUnknownOption()
    .action((command: readonly string[]) => atDesk(named(), command));
  for (const [verb, { usage, does }] of Object.entries(verbs)) {
    lab
      .command(verb)
      .usage(usage)
      .argument("[WORDS...]")
      .description(does)
      .allowUnknownOption()
      .action((words: readonly string[]) => told(named(), () => askLab(named(), [verb, ...words])));
  }
}

/** What is typed after a word; commander has a usage of its own where nothing is. */
const usageOf = (one: Command): string =>
  verbs[one.name()]?.usage ?? one.usage().replace("[options]", "").trim();

/** Runs a command in the lab's network, with the keys of its owner; ends as that ends. */
async function atDesk(name: string, command: readonly string[]): Promise<void> {
  const { argv, env }: Spot = JSON.parse(await answerOf(name, () => askLab(name, ["desk"])));
  const [program = "", ...args] = [...argv, ...command];
  const code = await runToItsEnd(program, args, { env: { ...process.env, ...env } });
  // A lab that ends takes the command with it.
  if (code === exitCodes.interrupted && !existsSync(socketOf(name)))
    fail(
      `lab ${name}`,
      "the lab has ended, and with it what ran at its desk",
      "`npx baton lab up STACK` starts one",
    );
  process.exitCode = code;
}

type Spot = { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> };

/** Prints the lab's answer. */
async function told(name: string, asked: () => Promise<string>): Promise<void> {
  process.stdout.write(`${await answerOf(name, asked)}\n`);
}

/** @throws Failure when there is no answer, or the lab refuses */
async function answerOf(name: string, asked: () => Promise<string>): Promise<string> {
  try {
    return await asked();
  } catch (error) {
    if (error instanceof WorldFailure) fail(`lab ${name}`, error.problem, error.fix);
    throw error;
  }
}

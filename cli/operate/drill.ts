/** `baton drill`: the failover rehearsal on a running stack. */
import { closeSync, existsSync, openSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { type Drill, passed, type Requests, runDrill } from "../../operate/drill/drill.ts";
import { drillPicture, rows, timeLine, verdictOf } from "../../operate/drill/report.ts";
import { budgetOf, sceneOf } from "../../operate/drill/scene.ts";
import { takeSnapshot } from "../../operate/snapshot.ts";
import { reasonOf } from "../../stack/failure.ts";
import { exitCodes, UsageError } from "../failure.ts";
import { alone } from "./alone.ts";
import { atDesk, clientUrl, type Desk, type DeskOptions, openDesk, told } from "./desk.ts";
import { interruptible } from "./interrupt.ts";
import { say, step } from "./move.ts";

type Options = DeskOptions & {
  readonly yes?: boolean;
  readonly url?: string;
  readonly budget?: string;
  readonly picture?: string;
  readonly json?: boolean;
};

export const addDrill = (command: Command): Command =>
  atDesk(command)
    .description("Stop the holder's instance and start it again, and measure what clients see.")
    .option("--yes", "without asking first")
    .addOption(clientUrl())
    .option("--budget <seconds>", "how long nobody may answer; else the agents' limit and 5 s")
    .option("--picture <file>", "the time line as SVG")
    .option("--json", "the report as JSON")
    .addHelpText("after", help)
    .action(drillIt);

const help = `
Ctrl-C starts the instance again before it ends.

Exit codes: 0 within the budget and all well again, 1 it could not be done, 2 usage, 3 it was not,
130 interrupted.`;

async function drillIt(file: string, options: Options): Promise<void> {
  const given = options.budget === undefined ? undefined : Number(options.budget) * 1000;
  if (given !== undefined && !(given > 0)) throw new UsageError("--budget takes seconds");
  mustBeWritable(options.picture);
  const desk = openDesk(file, options);
  await alone(desk, () => rehearse(desk, given ?? budgetOf(desk.stack), options));
}

/** After that a person has to look. */
const startWithinMs = 180_000;

async function rehearse(desk: Desk, budgetMs: number, options: Options): Promise<void> {
  const { file } = desk;
  const scene = await told(file, () =>
    step("cloud and agents are asked", async () =>
      sceneOf(desk.stack, await takeSnapshot(desk.stack, desk)),
    ),
  );
  const { name } = scene.holder;
  if (!options.yes && !(await isWanted(`${name} is stopped and started again.`))) return;
  const signal = interruptible(() =>
    say("\nending: an instance that was stopped is started again …"),
  );
  const request = { scene, url: options.url, budgetMs, startWithinMs, signal };
  try {
    const { drill, requests } = await told(file, () => runDrill(desk, request, step));
    show(drill, requests, options);
  } catch (error) {
    if (error !== signal.reason) throw error;
  }
  if (signal.aborted) process.exitCode = exitCodes.interrupted;
}

/** A drill is too dear to find out at its end. @throws UsageError */
function mustBeWritable(picture: string | undefined): void {
  if (picture === undefined) return;
  try {
    const isNew = !existsSync(picture);
    closeSync(openSync(picture, "a"));
    // A drill that is refused leaves no empty picture behind.
    if (isNew) rmSync(picture);
  } catch (error) {
    throw new UsageError(`--picture ${picture} cannot be written: ${reasonOf(error)}`);
  }
}

/** @throws UsageError where nobody can be asked */
async function isWanted(what: string): Promise<boolean> {
  if (process.stdin.isTTY !== true)
    throw new UsageError(`${what} Say --yes, as nobody can be asked here`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C and Ctrl-D are no answer.
  const answer = await terminal.question(`${what} Go on? [y/N] `).catch(() => {
    process.stderr.write("\n");
    return "";
  });
  terminal.close();
  if (/^y(es)?$/i.test(answer.trim())) return true;
  process.stderr.write("nothing was touched\n");
  process.exitCode = exitCodes.wrongInput;
  return false;
}

function show(report: Drill, requests: Requests, options: Options): void {
  process.stdout.write(options.json ? json(report) : text(report, requests));
  process.exitCode = passed(report) ? exitCodes.fine : exitCodes.unwell;
  // Last: where it cannot be written, the report is told all the same.
  if (options.picture !== undefined) writeFileSync(options.picture, drillPicture(report, requests));
}

const json = (report: Drill): string =>
  `${JSON.stringify({ ...report, passed: passed(report) }, null, 2)}\n`;

const text = (report: Drill, requests: Requests): string =>
  `${[...timeLine(report), ...rows(report, requests), verdictOf(report)].join("\n")}\n`;

/** `baton status`: how a stack is, asked of the cloud and of its agents. */
import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import type { Finding } from "../../operate/finding.ts";
import { judge } from "../../operate/judge.ts";
import { type Snapshot, takeSnapshot } from "../../operate/snapshot.ts";
import { exitCodes, Failure, UsageError } from "../failure.ts";
import { paintFor, report } from "../terminal.ts";
import { atDesk, type DeskOptions, openDesk, patiently, told } from "./desk.ts";
import { showStatus } from "./show-status.ts";

type Options = DeskOptions & {
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly every: string;
};

export const addStatus = (command: Command): Command =>
  atDesk(command)
    .description("Tell who holds, how every node is, what is wrong and what to do about it.")
    .option("--json", "as JSON; with --watch one object a line")
    .option("--watch", "again and again, until Ctrl-C")
    .option("--every <seconds>", "between two looks of --watch", "5")
    .addHelpText("after", help)
    .action(status);

const help = `
Reads the cloud with EXOSCALE_API_KEY and EXOSCALE_API_SECRET, and asks the agents over SSH; a
host that SSH does not reach is told so, and the rest is told all the same.

Exit codes: 0 nothing is wrong, 1 it could not be asked, 2 usage, 3 something is wrong.`;

/** A timer that is set for more than 24 days ends at once. */
const everyMaxS = 86_400;

async function status(file: string, options: Options): Promise<void> {
  const every = Number(options.every);
  if (!(every >= 1 && every <= everyMaxS))
    throw new UsageError(`--every takes seconds, 1 to ${everyMaxS}: the API has limits`);
  const desk = openDesk(file, options);
  const look = async (): Promise<[Snapshot, readonly Finding[]]> => {
    const snapshot = await told(file, () => takeSnapshot(desk.stack, desk));
    return [snapshot, judge(desk.stack, snapshot)];
  };
  if (options.watch) return watch(look, options, every);
  const [snapshot, findings] = await patiently("asking cloud and hosts", look());
  process.stdout.write(`${render(snapshot, findings, options)}\n`);
  process.exitCode = exitCodeOf(findings);
}

export const exitCodeOf = (findings: readonly Finding[]): number =>
  findings.some(({ level }) => level === "wrong") ? exitCodes.unwell : exitCodes.fine;

const render = (snapshot: Snapshot, findings: readonly Finding[], { json, watch }: Options) =>
  json
    ? JSON.stringify({ ...snapshot, findings }, null, watch ? undefined : 2)
    : showStatus(snapshot, findings, paintFor(process.stdout));

/**
 * Paints over the last page where a terminal can; else one page follows the other. A cloud that
 * does not answer for a while is no reason to end.
 */
async function watch(
  look: () => Promise<[Snapshot, readonly Finding[]]>,
  options: Options,
  every: number,
): Promise<void> {
  const over = process.stdout.isTTY === true && !options.json;
  for (;;) {
    try {
      const [snapshot, findings] = await look();
      const page = render(snapshot, findings, options);
      process.stdout.write(`${over ? "\x1b[H\x1b[2J" : ""}${page}\n${options.json ? "" : "\n"}`);
      process.exitCode = exitCodeOf(findings);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      report(error.diagnostics);
    }
    await pause(every * 1000);
  }
}

/** `baton doctor`: all that must be right before and after `pulumi up`, each finding with its fix. */
import { createHash } from "node:crypto";
import type { Command } from "commander";
import { checkUp, tryCalls } from "../../operate/doctor/examine.ts";
import {
  judgeAddresses,
  judgeKey,
  judgeQuotas,
  judgeTemplates,
  judgeZone,
} from "../../operate/doctor/judge-account.ts";
import { judgeChecks, judgeUserData, judgeVersions } from "../../operate/doctor/judge-hosts.ts";
import { judgeRules } from "../../operate/doctor/judge-rules.ts";
import { exoscaleApi } from "../../operate/exoscale-api.ts";
import { type Finding, wrong } from "../../operate/finding.ts";
import { judge } from "../../operate/judge.ts";
import { type Snapshot, takeSnapshot } from "../../operate/snapshot.ts";
import packageJson from "../../package.json" with { type: "json" };
import { WorldFailure } from "../../stack/failure.ts";
import { hostsOf } from "../../stack/stack.ts";
import { UsageError } from "../failure.ts";
import { renderHosts } from "../gen-cloud-init.ts";
import { sourcesOf } from "../sources.ts";
import { paintFor } from "../terminal.ts";
import { atDesk, type Desk, type DeskOptions, openDesk, patiently, told } from "./desk.ts";
import { showFindings } from "./show-status.ts";
import { exitCodeOf } from "./status.ts";

type Options = DeskOptions & {
  readonly json?: boolean;
  readonly facts?: string;
  readonly agentBundle?: string;
};

export const addDoctor = (command: Command): Command =>
  atDesk(command)
    .description("Look for all that is not right, before and after `pulumi up`. Changes nothing.")
    .option(
      "--facts <file>",
      "`pulumi stack output --json --show-secrets`, or -: compares user-data",
    )
    .option("--agent-bundle <file>", "the agent's program; else that of this project")
    .option("--json", "the findings as JSON")
    .addHelpText(
      "after",
      "\nExit codes: 0 nothing that was seen is wrong, 1 wrong input, 2 usage, 3 something is wrong.",
    )
    .action(doctor);

async function doctor(file: string, options: Options): Promise<void> {
  if (file === "-" && options.facts === "-")
    throw new UsageError("the stack file and the facts cannot both come from standard input");
  const desk = openDesk(file, options);
  const wanted = options.facts === undefined ? undefined : await digests(desk, options);
  const findings = await told(file, () =>
    patiently("cloud and hosts are examined", examine(desk, wanted)),
  );
  const text = options.json
    ? JSON.stringify(findings, null, 2)
    : showFindings(findings, paintFor(process.stdout)).join("\n");
  process.stdout.write(`${text}\n`);
  process.exitCode = exitCodeOf(findings);
}

/** SHA-256 of each host's user-data as the stack file makes it now. */
async function digests(
  { stackFile }: Desk,
  options: Options,
): Promise<Readonly<Record<string, string>>> {
  const sources = await sourcesOf(stackFile, options);
  const made = renderHosts(stackFile, hostsOf(stackFile.stack), sources);
  const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
  return Object.fromEntries(made.map(({ host, text }) => [host, digest(text)]));
}

async function examine(
  desk: Desk,
  wanted: Readonly<Record<string, string>> | undefined,
): Promise<readonly Finding[]> {
  const { stack, zone, remote } = desk;
  const calls = await tryCalls(exoscaleApi(zone, process.env));
  const key = judgeKey(calls);
  if (!key.answers) return key.findings;
  const fromAccount = [...key.findings, ...judgeZone(calls, zone), ...judgeTemplates(stack, calls)];
  const rules = judgeRules(stack, calls);
  const snapshot = await seenFrom(desk);
  if ("problem" in snapshot)
    return [
      ...fromAccount,
      ...rules,
      wrong("hosts", `not seen: ${snapshot.problem}`, snapshot.fix),
    ];
  const checkup = await checkUp(stack, snapshot, remote);
  return [
    ...fromAccount,
    ...judgeQuotas(stack, snapshot, calls),
    ...judgeAddresses(snapshot, calls),
    ...rules,
    ...judge(stack, snapshot),
    ...judgeChecks(checkup, snapshot),
    ...judgeUserData(checkup, wanted),
    ...judgeVersions(snapshot, packageJson.version),
  ];
}

/** A cloud that does not show the hosts has shown the rest, which is told all the same. */
async function seenFrom(desk: Desk): Promise<Snapshot | WorldFailure> {
  try {
    return await takeSnapshot(desk.stack, desk);
  } catch (error) {
    if (error instanceof WorldFailure) return error;
    throw error;
  }
}

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
import type { Finding } from "../../operate/finding.ts";
import { judge } from "../../operate/judge.ts";
import { takeSnapshot } from "../../operate/snapshot.ts";
import packageJson from "../../package.json" with { type: "json" };
import { hostsOf } from "../../stack/stack.ts";
import { renderHosts } from "../gen-cloud-init.ts";
import { sourcesOf } from "../sources.ts";
import { readStackFile } from "../stack-file.ts";
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
      "\nExit codes: 0 all is right, 1 wrong input, 2 usage, 3 something is wrong.",
    )
    .action(doctor);

async function doctor(file: string, options: Options): Promise<void> {
  const desk = openDesk(file, options);
  const wanted = options.facts === undefined ? undefined : await digests(file, options);
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
async function digests(file: string, options: Options): Promise<Readonly<Record<string, string>>> {
  const stackFile = readStackFile(file);
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
  const snapshot = await takeSnapshot(stack, desk);
  const checkup = await checkUp(stack, snapshot, remote);
  return [
    ...key.findings,
    ...judgeZone(calls, zone),
    ...judgeTemplates(stack, calls),
    ...judgeQuotas(stack, snapshot, calls),
    ...judgeAddresses(snapshot, calls),
    ...judgeRules(stack, calls),
    ...judge(stack, snapshot),
    ...judgeChecks(checkup),
    ...judgeUserData(checkup, wanted),
    ...judgeVersions(snapshot, packageJson.version),
  ];
}

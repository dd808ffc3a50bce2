/** `baton gen-cloud-init`: a stack file in, user-data of one host or of all hosts out. */
import type { Command } from "commander";
import { Option } from "commander";
import type { Diagnostic } from "../stack/diagnostic.ts";
import { type Host, hostsOf } from "../stack/stack.ts";
import type { Sources } from "../user-data/inputs.ts";
import { gzip } from "../user-data/render/gzip.ts";
import { makeUserData, type UserData } from "../user-data/user-data.ts";
import { explain } from "./explain.ts";
import { Failure, fail, UsageError } from "./failure.ts";
import { sourcesOf } from "./sources.ts";
import { hostNamed, readStackFile, type StackFile } from "./stack-file.ts";
import { report, table } from "./terminal.ts";
import { writeFiles } from "./write-files.ts";

type Format = "cloud-config" | "gzip" | "base64";

type Options = {
  readonly host?: string;
  readonly all?: boolean;
  readonly out?: string;
  readonly facts?: string;
  readonly agentBundle?: string;
  readonly format: Format;
  readonly explain?: boolean;
};

export function addGenCloudInit(command: Command): Command {
  return command
    .description(
      "Render the user-data of one host to standard output, or of all hosts into a folder.",
    )
    .argument("<stack>", "stack file, or - for standard input")
    .option("--host <name>", "the host to render")
    .option("--all", "render every host; needs --out")
    .option("--out <dir>", "folder for --all; its files are readable by you alone")
    .option(
      "--facts <file>",
      "what only the cloud knows: `pulumi stack output --json --show-secrets`, or -",
    )
    .option(
      "--agent-bundle <file>",
      "the agent's program; needed where the project does not build it yet",
    )
    .addOption(
      new Option(
        "--format <format>",
        "text, the same text gzipped, or its base64 as clouds' APIs take it",
      )
        .choices(["cloud-config", "gzip", "base64"])
        .default("cloud-config"),
    )
    .option("--explain", "instead of the user-data, show each file, why it is there and its room")
    .addHelpText("after", help)
    .action(genCloudInit);
}

const help = `
Secrets come from the references in the stack file; by default the stack secret is
\${env:BATON_SECRET} (make one with \`npx baton secret\`), and the agent's credentials are
\${env:BATON_AGENT_KEY} and the like, or the facts.

Exit codes: 0 fine, 1 the input is wrong, 2 usage.

Examples:
  npx baton gen-cloud-init stack.yaml --host lb1 > lb1.yaml
  npx baton gen-cloud-init stack.yaml --all --out out
  pulumi stack output --json --show-secrets | npx baton gen-cloud-init stack.yaml --host lb1 --facts -`;

async function genCloudInit(path: string, options: Options): Promise<void> {
  const { host, all } = options;
  if (host === undefined && all === undefined)
    throw new UsageError("say which host by --host NAME, or all of them by --all --out DIR");
  if (host !== undefined && all !== undefined)
    throw new UsageError(
      `--host ${host} is one host, and --all is every one: leave one of them out`,
    );
  if ((options.all === undefined) !== (options.out === undefined) && !options.explain) {
    throw new UsageError("--all and --out DIR go together");
  }
  if (path === "-" && options.facts === "-") {
    throw new UsageError("the stack file and the facts cannot both come from standard input");
  }
  const stackFile = readStackFile(path);
  const hosts =
    options.host === undefined
      ? hostsOf(stackFile.stack)
      : [hostNamed(stackFile.stack, options.host, path)];
  const gzips = hosts.find(({ system }) => system.userData === "sh" && options.format === "gzip");
  if (gzips !== undefined) {
    fail(
      path,
      `${gzips.name}: the image's agent on ${gzips.system.name} takes no gzip`,
      "use base64",
    );
  }
  const made = renderHosts(stackFile, hosts, await sourcesOf(stackFile, options));
  if (options.explain) process.stdout.write(`${made.map(explain).join("\n\n")}\n`);
  else if (options.out !== undefined) writeAll(options.out, made, options.format);
  else for (const { text } of made) process.stdout.write(encode(text, options.format));
}

/** Renders hosts and shows the warnings; throws a Failure with all that stands in the way. */
export function renderHosts(
  { stack, locate, warnings }: StackFile,
  hosts: readonly Host[],
  sources: Sources,
): UserData[] {
  const made: UserData[] = [];
  const errors: Diagnostic[] = [];
  for (const host of hosts) {
    const result = makeUserData(stack, host, sources);
    if (result.ok) made.push(result.userData);
    else errors.push(...result.findings.map(locate));
  }
  if (errors.length > 0) throw new Failure(errors);
  if (warnings.length > 0) report(warnings);
  return made;
}

/** Bytes of user-data in the format that was asked for. */
export function encode(text: string, format: Format): Uint8Array {
  switch (format) {
    case "cloud-config":
      return Buffer.from(text);
    case "gzip":
      return gzip(text);
    case "base64":
      return Buffer.from(`${Buffer.from(text).toString("base64")}\n`);
  }
}

function writeAll(folder: string, made: readonly UserData[], format: Format): void {
  const suffix = { "cloud-config": "", gzip: ".gz", base64: ".b64" }[format];
  const files = made.map(({ host, plan, text }) => ({
    name: `${host}${plan.system.userData === "sh" ? ".sh" : ".yaml"}${suffix}`,
    bytes: encode(text, format),
  }));
  writeFiles(folder, files);
  const rows = made.map(({ size }, index) => [
    files[index]?.name ?? "",
    size.raw,
    size.delivered,
    size.limit,
  ]);
  process.stderr.write(
    `${table(["file", "bytes", "as delivered", "limit"], rows)}\nwritten to ${folder}\n`,
  );
}

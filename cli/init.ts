/** `baton init` and `baton secret`: what a new stack begins with. */
import { randomBytes } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { reasonOf } from "../stack/failure.ts";
import { name as stackName } from "../stack/scalars.ts";
import { fail, UsageError } from "./failure.ts";

export function addInit(command: Command): Command {
  return command
    .description("Write a small stack file to begin with; an existing file is left alone.")
    .argument("[file]", "where to write it, - for standard output", "stack.yaml")
    .option("--name <name>", "name of the stack", "shop")
    .action(init);
}

export function addSecret(command: Command): Command {
  return command
    .description(
      "Make a stack secret: 32 random bytes, as text. Keep it where only you can read it.",
    )
    .action(() => {
      process.stdout.write(`${randomBytes(32).toString("base64url")}\n`);
    });
}

function init(file: string, { name }: { name: string }): void {
  if (!stackName.safeParse(name).success) {
    throw new UsageError("a stack's name has lower-case letters, digits and hyphens only");
  }
  const text = stackFile(name, file === "-" ? "." : dirname(file));
  if (file === "-") {
    process.stdout.write(text);
    return;
  }
  try {
    const descriptor = openSync(file, "wx");
    writeSync(descriptor, text);
    closeSync(descriptor);
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === "EEXIST";
    fail(
      file,
      `the stack file cannot be written: ${reasonOf(error)}`,
      isThere ? "go on with it, or name another file" : "name another file",
    );
  }
  process.stderr.write(`written: ${file}\nnext: npx baton check ${file}\n`);
}

/** The smallest useful stack, with the line by which editors complete and explain the keys. */
function stackFile(name: string, folder: string): string {
  const schema = fileURLToPath(new URL("../stack/schema.json", import.meta.url));
  return `# yaml-language-server: $schema=${relative(resolve(folder), schema)}
name: ${name}
cloud:
  provider: exoscale
  zone: ch-gva-2
addresses:
  web: { ip: 198.51.100.50 } # your elastic IP
nodes: 2
app-servers: 3
services:
  web: { port: 80 }
# Where you put the agent that \`npm run build:agent\` makes; each load balancer fetches it once.
agent: { delivery: url, url: "https://downloads.example.com/baton-agent.js" }
`;
}

/** `baton diagram`: the stack as a picture, from the stack file alone. */
import type { Command } from "commander";
import { diagram } from "../operate/diagram/diagram.ts";
import { readStackFile } from "./stack-file.ts";

export function addDiagram(command: Command): Command {
  return command
    .description("Draw the stack as SVG: networks, addresses, who may talk to whom.")
    .argument("<stack>", "stack file, or - for standard input")
    .addHelpText("after", "\nExample:\n  npx baton diagram stack.yaml > stack.svg")
    .action((path: string) => {
      process.stdout.write(diagram(readStackFile(path).stack));
    });
}

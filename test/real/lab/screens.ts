/**
 * The documents' screens, made again at the desk of a lab: what stands behind `$` is typed, and what
 * stands below has to come, whatever its figures and names of load balancers. More may come.
 */
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "../../../lab/command.ts";
import { root, type Screen, screens } from "../../docs/blocks.ts";
import { npxIn } from "../../docs/clone.ts";
import { type Bench, log } from "./bench.ts";

const left: Screen[] = [...screens()];

/** The screens that nobody has asked for yet. */
export const screensLeft = (): readonly string[] => left.map(({ place }) => place);

/**
 * Types the next screen of a command.
 * @param named the load balancer that stands for the one in the command
 * @returns all that it prints
 */
export async function shows(bench: Bench, verb: string, named?: string): Promise<string> {
  const at = left.findIndex(({ command }) => command.includes(`npx baton ${verb} `));
  const [screen] = at < 0 ? [] : left.splice(at, 1);
  assert.ok(screen, `no document shows \`baton ${verb}\` once more`);
  const { place, prints, exit } = screen;
  const command = named ? screen.command.replace(/\blb\d\b/, named) : screen.command;
  const { code, output } = await typed(bench, command);
  const lines = new Set(output.split("\n").map(shape));
  const missing = prints.filter((line) => !lines.has(shape(line)));
  assert.deepEqual({ code, missing }, { code: exit, missing: [] }, `${place}\n${output}`);
  return output;
}

async function typed({ lab, folder }: Bench, command: string) {
  const { at, env } = lab.desk;
  // `pulumi stack output` wants to know the project, and no more of it.
  copyFileSync(join(root, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
  const path = `${npxIn(folder, root)}:${env.PATH}`;
  const shell = ["sh", "-euc", `cd '${folder}'; ${command}`];
  const { code, stdout, stderr } = await attempt(at(shell), { env: { ...env, PATH: path } });
  const output = `${stderr}${stdout}`;
  log(`$ ${command}\n${output}exit ${code}`);
  for (const secret of [env.EXOSCALE_API_SECRET, env.BATON_SECRET])
    assert.ok(secret && !output.includes(secret), "a secret is printed");
  return { code, output };
}

/** A line without what differs from run to run: figures, and what happened before. */
const shape = (line: string): string =>
  line
    .replace(/(T[\d:]+Z) .+/, "$1")
    .replace(/\b\d[\d.]* ?m?s\b|\d+/g, "#")
    .replace(/[█▒·]+/g, "#")
    .replace(/\s+/g, " ")
    .trim();

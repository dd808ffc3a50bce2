/** The documents' screens, made again at the desk of a lab: what stands behind `$` is typed. */
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "../../../lab/command.ts";
import { differences, pages, root, screensOf } from "../../docs/blocks.ts";
import { npxIn } from "../../docs/clone.ts";
import { type Bench, log } from "./bench.ts";

const left = pages.flatMap((page) => screensOf(page, "lab"));

/** The screens that nobody has asked for yet. */
export const screensLeft = (): readonly string[] => left.map(({ place }) => place);

/**
 * Types the next screen of a command; every line that it shows has to come, and no other.
 * @param named the load balancer that stands for the one in the command
 * @returns all that it prints
 */
export async function shows(bench: Bench, verb: string, named?: string): Promise<string> {
  const at = left.findIndex(({ command }) => command.includes(`npx baton ${verb} `));
  const [screen] = at < 0 ? [] : left.splice(at, 1);
  assert.ok(screen, `no document shows \`baton ${verb}\` once more`);
  const { command, exit, place } = screen;
  const { code, output } = await typed(bench, named ? command.replace(/\blb\d\b/, named) : command);
  const seen = { code, differences: differences(output, screen) };
  assert.deepEqual(seen, { code: exit, differences: [] }, `${place}\n${output}`);
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

/**
 * Makes the Pulumi engine that the tests and the lab run, where it is not there yet.
 * Usage: main.ts [--plan]; `--plan` only prints where it would come from.
 * Exit codes: 0 it is there, 1 it cannot be had.
 */
import { LabFailure } from "../failure.ts";
import { cacheFolder } from "../image/where.ts";
import { screenOf } from "../run/plan.ts";
import { makeEngine } from "./make.ts";
import { enginePlan } from "./plan.ts";

const say = (text: string): void => void process.stderr.write(`baton: ${text}\n`);

try {
  const { env } = process;
  const cache = cacheFolder(env);
  const plan = await enginePlan({ cache, env });
  if (process.argv.includes("--plan")) process.stdout.write(`${plan.how}\n`);
  else {
    const screen = screenOf(plan, [], cache);
    if (screen !== undefined) say(screen);
    await makeEngine(plan, say);
  }
} catch (error) {
  if (!(error instanceof LabFailure)) throw error;
  say(error.message);
  process.exitCode = 1;
}

/**
 * Makes the Pulumi engine that the tests and the lab run, where it is not there yet.
 * Usage: main.ts [--plan | --lab]; `--plan` only prints where it would come from, and the lab, which
 * has told what it will cost, gets its end as JSON.
 * Exit codes: 0 it is there, 1 it cannot be had, 130 and the like: ended by a signal.
 */
import { constants } from "node:os";
import { WorldFailure } from "../../stack/failure.ts";
import { cacheFolder } from "../image/where.ts";
import { screenOf } from "../run/plan.ts";
import { makeEngine, type Word } from "./make.ts";
import { enginePlan } from "./plan.ts";

const say = (text: string): void => void process.stderr.write(`baton: ${text}\n`);
const isFor = (reader: "--plan" | "--lab"): boolean => process.argv.includes(reader);
const answer = (word: Word): void => void process.stdout.write(`${JSON.stringify(word)}\n`);

const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    process.exitCode = 128 + constants.signals[signal];
    interrupt.abort();
  });

try {
  const { env } = process;
  const cache = cacheFolder(env);
  const plan = await enginePlan({ cache, env });
  if (isFor("--plan")) process.stdout.write(`${plan.how}\n`);
  else {
    const screen = isFor("--lab") ? undefined : screenOf(plan, [], cache);
    if (screen !== undefined) say(screen);
    const { folder } = await makeEngine(plan, say, interrupt.signal);
    if (isFor("--lab")) answer({ ok: true, folder });
  }
} catch (error) {
  if (interrupt.signal.aborted) say("stopped: the engine is not made; the next run makes it anew");
  else if (error instanceof WorldFailure) {
    const { problem, fix } = error;
    if (isFor("--lab")) answer({ ok: false, problem, fix });
    else say(error.message);
    process.exitCode = 1;
  } else throw error;
}

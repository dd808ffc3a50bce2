/** One run of the lab, from an empty machine to an empty machine. */
import { setTimeout as pause } from "node:timers/promises";
import type { Traffic } from "../client/client.ts";
import { serveControl, socketOf } from "../control/server.ts";
import { refuseSecond } from "../fabric/leftovers.ts";
import { planPlace } from "../fabric/place.ts";
import type { Lab } from "../lab.ts";
import { readStack } from "../lab.ts";
import { type Beside, noPage, pageBeside } from "../page/beside.ts";
import { look, render } from "../view/live.ts";
import type { Progress, Screen } from "../view/progress.ts";
import { failOver } from "./failover.ts";
import { prepare } from "./plan.ts";
import { askedPort, begin, standUp, startTraffic } from "./stand-up.ts";
import { takeDown } from "./take-down.ts";
import { tellingTroubles } from "./troubles.ts";

export type RunOptions = {
  readonly stackFile: string;
  readonly name: string;
  readonly agent: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends by itself after the failover. */
  readonly once: boolean;
  readonly failover: boolean;
  /** Serves the live page beside the terminal's view. */
  readonly page: boolean;
  readonly screen: Screen;
  readonly signal: AbortSignal;
  /** The engine, too, is to end at once. */
  readonly hurry: AbortSignal;
};

/** @returns whether all was as it should be */
export async function runLab(options: RunOptions, terminal: Progress): Promise<boolean> {
  const { name, stackFile, env, signal } = options;
  const stack = readStack(stackFile);
  askedPort(stack);
  refuseSecond(planPlace(name));
  await prepare(stack, env, terminal, signal);
  const page = options.page ? await pageBeside(stack, terminal) : noPage(terminal);
  try {
    return await tellingTroubles(page.progress, (onTrouble) => runBeside(page, options, onTrouble));
  } finally {
    await page.close();
  }
}

async function runBeside(
  page: Beside,
  options: RunOptions,
  onTrouble: (error: unknown) => void,
): Promise<boolean> {
  const { name, stackFile, agent, env, signal } = options;
  const { progress, onEvent } = page;
  const begun = performance.now();
  const told = { report: () => {}, onTrouble, ...(onEvent && { onEvent }) };
  const lab = await begin({ stackFile, name, agent, env, ...told }, progress);
  let traffic: readonly Traffic[] | undefined;
  const asked = new AbortController();
  const ends = AbortSignal.any([signal, asked.signal]);
  const words = {
    down: async () => {
      asked.abort();
      return "it is being taken down";
    },
    desk: async () => JSON.stringify({ argv: lab.desk.at([]), env: lab.desk.env }),
    status: async () => (traffic ? render(await look(lab, traffic)).join("\n") : "it is coming up"),
  };
  const work = async (): Promise<boolean> => {
    await standUp(lab, progress, { signal: ends, hurry: options.hurry });
    traffic = await startTraffic(lab, progress, ends, page.onSample);
    progress.say(`from nothing to traffic: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    const fine = options.failover ? await failOver(lab, traffic, progress, ends) : true;
    if (!options.once) await showUntil(ends, lab, traffic, options);
    return fine;
  };
  try {
    const around = await page.watch({ lab, undo: new Map() });
    const control = await serveControl(socketOf(name), around, words);
    try {
      return await work();
    } catch (error) {
      // Ended by a word of its own, before there was anything to judge.
      if (!asked.signal.aborted || signal.aborted) throw error;
      return false;
    } finally {
      await control.close();
    }
  } finally {
    await progress.step("everything is taken down", async () => {
      await page.rest().catch(onTrouble);
      await takeDown(lab, traffic ?? [], onTrouble);
    });
  }
}

/** Repaints the view until it is told to end; where lines stay, they come every ten seconds. */
export async function showUntil(
  signal: AbortSignal,
  lab: Lab,
  traffic: readonly Traffic[],
  { screen, name }: Pick<RunOptions, "screen" | "name">,
): Promise<void> {
  const hint = `Ctrl-C ends it; in another terminal, as root: npx baton lab --name ${name} kill NODE`;
  let lines = 0;
  while (!signal.aborted) {
    const view = [...render(await look(lab, traffic)), hint].map((line) =>
      line.slice(0, screen.columns - 1),
    );
    const back = screen.isLive && lines > 0 ? `\x1b[${lines}A\x1b[J` : "";
    screen.write(`${back}${view.join("\n")}\n`);
    lines = view.length;
    await pause(screen.isLive ? 500 : 10_000, undefined, { signal }).catch(() => {});
  }
}

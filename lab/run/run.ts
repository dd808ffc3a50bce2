/** One run of the lab, from an empty machine to an empty machine. */
import { setTimeout as pause } from "node:timers/promises";
import { answerTimeoutMs, type Measurement } from "../client/client.ts";
import { serveControl, socketOf } from "../control/server.ts";
import type { Lab } from "../lab.ts";
import { readStack } from "../lab.ts";
import { faultsOfOrdeal, runOrdeal, unexplained } from "../ordeal/ordeal.ts";
import { timeLine } from "../ordeal/show.ts";
import { look, render } from "../view/live.ts";
import type { Progress, Screen } from "../view/progress.ts";
import { prepare } from "./plan.ts";
import { askedPort, begin, standUp, startTraffic } from "./stand-up.ts";

export type RunOptions = {
  readonly stackFile: string;
  readonly name: string;
  readonly agent: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends by itself after the failover. */
  readonly once: boolean;
  readonly failover: boolean;
  readonly screen: Screen;
  readonly signal: AbortSignal;
  /** The engine, too, is to end at once. */
  readonly hurry: AbortSignal;
};

/** @returns whether all was as it should be */
export async function runLab(options: RunOptions, progress: Progress): Promise<boolean> {
  const { name, stackFile, agent, env, signal } = options;
  const stack = readStack(stackFile);
  askedPort(stack);
  await prepare(stack, env, progress);
  const begun = performance.now();
  const troubles: string[] = [];
  const onTrouble = (error: unknown): void => {
    troubles.push(error instanceof Error ? error.message : String(error));
  };
  const report = (): void => {};
  const lab = await begin({ stackFile, name, agent, env, report, onTrouble }, progress);
  let client: Measurement | undefined;
  try {
    const ended = interrupted(signal);
    const stop = new AbortController();
    const words = {
      down: async () => {
        stop.abort();
        return "it is being taken down";
      },
      desk: async () => JSON.stringify({ argv: lab.desk.at([]), env: lab.desk.env }),
      status: async () => (client ? render(await look(lab, client)).join("\n") : "it is coming up"),
    };
    const control = await serveControl(socketOf(name), { lab, undo: new Map() }, words);
    const work = async (): Promise<boolean> => {
      await standUp(lab, progress, options);
      client = await startTraffic(lab, progress);
      progress.say(`from nothing to traffic: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
      const fine = options.failover ? await failOver(lab, client, progress) : true;
      if (!options.once)
        await showUntil(AbortSignal.any([signal, stop.signal]), lab, client, options);
      return fine;
    };
    try {
      const fine = await Promise.race([work(), ended]);
      for (const trouble of troubles) progress.say(`the lab itself had trouble: ${trouble}`);
      return fine && troubles.length === 0;
    } finally {
      await control.close();
    }
  } finally {
    await progress.step("everything is taken down", async () => {
      // What the client has seen is told already; without it all the same.
      await client?.stop().catch(onTrouble);
      // The engine notes what it has made until it ends; it was told to.
      await lab.deployment.idle();
      await lab.down();
    });
  }
}

/** The live view ends in order when the run is interrupted; everything else has so long. */
const graceMs = 3000;

const interrupted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const late = (): void => void setTimeout(() => reject(signal.reason), graceMs).unref();
    if (signal.aborted) late();
    signal.addEventListener("abort", late, { once: true });
  });

async function failOver(lab: Lab, client: Measurement, progress: Progress): Promise<boolean> {
  const [address = ""] = lab.addresses();
  const [holder = ""] = await lab.holders(address);
  const others = lab.stack.nodes.filter(({ name }) => name !== holder);
  const [next] = others;
  if (next === undefined) {
    progress.say("one load balancer alone cannot fail over");
    return true;
  }
  const ordeal = await progress.step(`${holder} loses its power`, () =>
    runOrdeal(lab, client, {
      force: () => lab.fabric.powerOff(lab.instance(holder).id),
      expected: next.name,
    }),
  );
  progress.say(timeLine(ordeal, client.samples(), `${holder} loses its power`));
  await progress.step(`${holder} boots again`, async () => {
    const { id } = lab.instance(holder);
    await lab.fabric.startHost(id);
    await lab.fabric.untilBooted(id);
    // What its coming back may have broken is known by now.
    await pause(2 * answerTimeoutMs);
  });
  const whole = { ...ordeal, failedOutside: unexplained(client.samples(), ordeal) };
  const wrong = faultsOfOrdeal(whole, address, next.name);
  for (const one of wrong) progress.say(`✗ ${one}`);
  if (wrong.length === 0)
    progress.say(
      `✓ ${address} is held by ${next.name}; no request failed outside the forced window`,
    );
  return wrong.length === 0;
}

/** Repaints the view until it is told to end; where lines stay, they come every ten seconds. */
async function showUntil(
  signal: AbortSignal,
  lab: Lab,
  client: Measurement,
  { screen, name }: RunOptions,
): Promise<void> {
  const hint = `Ctrl-C ends it; in another terminal, as root: npx baton lab --name ${name} kill NODE`;
  let lines = 0;
  while (!signal.aborted) {
    const view = [...render(await look(lab, client)), hint].map((line) =>
      line.slice(0, screen.columns - 1),
    );
    const back = screen.isLive && lines > 0 ? `\x1b[${lines}A\x1b[J` : "";
    screen.write(`${back}${view.join("\n")}\n`);
    lines = view.length;
    await pause(screen.isLive ? 500 : 10_000, undefined, { signal }).catch(() => {});
  }
}

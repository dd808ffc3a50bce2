/** Before anything is fetched or built: what, how big, how long. Then both at once. */

import { WorldFailure } from "../../stack/failure.ts";
import type { Stack } from "../../stack/stack.ts";
import { hostsOf } from "../../stack/stack.ts";
import { makeEngine } from "../engine/make.ts";
import { type EnginePlan, enginePlan } from "../engine/plan.ts";
import { checkNeeds } from "../fabric/needs.ts";
import { ensureImage } from "../image/build.ts";
import { type Flavour, flavourFor } from "../image/flavour.ts";
import { cacheFolder, type ImagePlan, imagePlan } from "../image/where.ts";
import type { Progress } from "../view/progress.ts";

type Env = Readonly<Record<string, string | undefined>>;

const flavoursOf = (stack: Stack): readonly Flavour[] => [
  ...new Set(hostsOf(stack).map(({ system }) => flavourFor(system.name))),
];

/**
 * Makes engine and images ready, side by side.
 * @param signal ends the making; this returns when nothing half-made is left
 * @throws WorldFailure with what is in the way
 */
export async function prepare(
  stack: Stack,
  env: Env,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  checkNeeds();
  const cache = cacheFolder(env);
  const engine = await enginePlan({ cache, env });
  const images = flavoursOf(stack).map((flavour) => imagePlan(flavour, cache));
  const screen = screenOf(engine, images, cache);
  if (screen === undefined) return;
  progress.say(screen);
  let ends: readonly PromiseSettledResult<unknown>[] = [];
  const made = progress.step("engine and images", async (detail) => {
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    const tell = tellingAll(detail);
    const making = [
      tell((report) => makeEngine(engine, report, either)),
      ...images.map(({ flavour }) =>
        tell((report) => ensureImage(flavour, { cache, report, signal: either })),
      ),
    ];
    // One that fails ends the others: what comes next needs all of them.
    for (const one of making) one.catch((error) => failed.abort(error));
    ends = await Promise.allSettled(making);
    either.throwIfAborted();
  });
  await made.catch((error) => {
    if (signal.aborted) tellStopped([engine, ...images], ends, progress);
    throw error;
  });
}

/**
 * One line for several things that are made side by side: what each of them said last, until it is
 * done. What is done hides nothing of what is still waited for.
 */
export function tellingAll(detail: (text: string) => void) {
  const doing = new Map<symbol, string>();
  const show = (): void => detail([...doing.values()].join("; "));
  return async <Result>(
    work: (report: (text: string) => void) => Promise<Result>,
  ): Promise<Result> => {
    const own = Symbol();
    try {
      return await work((text) => {
        doing.set(own, text);
        show();
      });
    } finally {
      doing.delete(own);
      if (doing.size > 0) show();
    }
  };
}

function tellStopped(
  planned: readonly { readonly title: string }[],
  ends: readonly PromiseSettledResult<unknown>[],
  { say }: Progress,
): void {
  const lost = ends.flatMap((end, at) => (end.status === "rejected" ? [planned[at]?.title] : []));
  if (lost.length > 0) say(`stopped: ${lost.join(" and ")}; the next run makes that anew`);
  for (const end of ends)
    if (end.status === "rejected" && end.reason instanceof WorldFailure) say(end.reason.message);
}

/** One screen; nothing when all is there already. */
export function screenOf(
  engine: EnginePlan,
  images: readonly ImagePlan[],
  cache: string,
): string | undefined {
  const missing = [...(engine.ready ? [] : [engine]), ...images.filter(({ built }) => !built)];
  if (missing.length === 0) return undefined;
  const lines = missing.map(
    ({ title, downloadMegabytes, diskMegabytes, seconds }) =>
      `  ${title.padEnd(42)} about ${downloadMegabytes} MB to fetch, ${diskMegabytes} MB kept, ${minutes(seconds)}`,
  );
  return [
    "The first run makes what the lab needs; later runs find it again:",
    ...lines,
    `It is kept in ${cache}; \`BATON_CACHE\` names another folder. Nothing else is installed.`,
  ].join("\n");
}

const minutes = (seconds: number): string =>
  seconds < 90 ? `about ${seconds} s` : `about ${Math.round(seconds / 60)} min`;

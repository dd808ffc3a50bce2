/** The page beside a run of the lab: it tells of the same steps, and takes the same commands. */

import { WorldFailure } from "../../stack/failure.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Sample } from "../client/measure.ts";
import { type Around, verbNamed } from "../faults/verbs.ts";
import type { CloudEvent } from "../model/exoscale/cloud.ts";
import type { Progress } from "../view/progress.ts";
import { factsOf } from "./facts.ts";
import { feedPage, tellOfCloud } from "./feed.ts";
import { type Page, servePage } from "./page.ts";
import { tellerOf } from "./teller.ts";

export type Beside = {
  /** Tells the terminal and the page. */
  readonly progress: Progress;
  readonly onEvent?: (event: CloudEvent) => void;
  readonly onSample?: (sample: Sample, address: string) => void;
  /** From here on it looks at the lab, and its buttons work; gives what tells it of commands. */
  readonly watch: (around: Around) => Promise<Around>;
  /** Ends the looking; the page stays and tells of the end. */
  readonly rest: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Nobody looks. */
export const noPage = (progress: Progress): Beside => ({
  progress,
  watch: async (around) => around,
  rest: async () => {},
  close: async () => {},
});

export async function pageBeside(stack: Stack, terminal: Progress): Promise<Beside> {
  let around: Around | undefined;
  let rest = async (): Promise<void> => {};
  const page = await servePage({
    facts: factsOf(stack),
    order: async ([verb = "", ...args]) => {
      if (around !== undefined) return verbNamed(verb).run(around, args);
      throw new WorldFailure("the lab is coming up, or ends", "wait until traffic flows");
    },
  });
  const teller = tellerOf(page);
  terminal.say(`the live page: ${page.url}`);
  return {
    progress: toldTo(page, terminal),
    onEvent: (event) => {
      if (around !== undefined) tellOfCloud(around.lab, teller, event);
    },
    onSample: teller.sample,
    watch: async (given) => {
      around = { ...given, onOrder: teller.order };
      rest = await feedPage(given.lab, teller);
      return around;
    },
    rest: async () => {
      around = undefined;
      await rest();
    },
    close: page.close,
  };
}

/** Steps go to the terminal, and to the page as well. */
const toldTo = (page: Page, terminal: Progress): Progress => ({
  say: terminal.say,
  step: async (title, work) => {
    const tell = (state: "begun" | "done" | "failed"): void =>
      page.tell({ kind: "step", title, state });
    tell("begun");
    try {
      const result = await terminal.step(title, work);
      tell("done");
      return result;
    } catch (error) {
      tell("failed");
      throw error;
    }
  },
});

/** One lab that carries all scenarios of a file, with an audit between them. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { agentBundle } from "../../../cli/agent-bundle.ts";
import type { Measurement, Traffic } from "../../../lab/client/client.ts";
import { verbNamed } from "../../../lab/faults/verbs.ts";
import { type Lab, type LabOptions, readStack, startLab } from "../../../lab/lab.ts";
import { prepare } from "../../../lab/run/plan.ts";
import { standUp, startTraffic } from "../../../lab/run/stand-up.ts";
import { takeDown } from "../../../lab/run/take-down.ts";
import { progressOn } from "../../../lab/view/progress.ts";

const examples = fileURLToPath(new URL("../../../examples/", import.meta.url));

export const log = (text: string): boolean => process.stderr.write(`lab: ${text}\n`);

export const progress = progressOn({
  write: (text) => process.stderr.write(text),
  isLive: false,
  columns: 120,
});

export type Bench = {
  /** The name that all its namespaces and folders begin with. */
  readonly name: string;
  readonly lab: Lab;
  readonly address: string;
  /** Asks through that address. */
  readonly client: () => Measurement;
  /** All addresses, each with its own client. */
  readonly traffic: () => readonly Traffic[];
  /** What the lab itself could not do; no agent is to blame. */
  readonly troubles: readonly string[];
  /** The words of `baton lab` that were said. */
  readonly said: ReadonlySet<string>;
  /** Says one. */
  readonly say: (verb: string, ...args: readonly string[]) => Promise<string | undefined>;
  /** The one host that the fabric sends traffic to. */
  readonly holder: () => Promise<string>;
  /** The same, as soon as there is only one. */
  readonly soleHolder: () => Promise<string>;
  /** Ends what is under way: no word is said any more. */
  readonly signal: AbortSignal | undefined;
  /** Where stack files may be written. */
  readonly folder: string;
  readonly down: () => Promise<void>;
};

let labs = 0;

/** A name of its own for each lab: one that fails may not be away as the next begins. */
export function labName(): string {
  labs += 1;
  return `baton-${process.pid}-${labs}`;
}

/** A stack file made of an example, changed; each change has to find what it changes. */
export function stackFrom(
  example: string,
  changes: readonly (readonly [RegExp, string])[],
  folder: string,
): string {
  let text = readFileSync(join(examples, `${example}.yaml`), "utf8");
  for (const [what, by] of changes) {
    assert.match(text, what);
    text = text.replace(what, by);
  }
  const file = join(folder, "stack.yaml");
  writeFileSync(file, text);
  return file;
}

export type BenchOptions = {
  readonly example: string;
  readonly changes: readonly (readonly [RegExp, string])[];
  readonly settings?: NonNullable<LabOptions["settings"]>;
  readonly name?: string;
  /** Ends it on its way up, and later what is under way in it; it still has to be taken down. */
  readonly signal?: AbortSignal;
};

/** Brings a lab up until traffic flows through its address. */
export async function startBench(options: BenchOptions): Promise<Bench> {
  const { example, changes, settings, name = labName(), signal } = options;
  const folder = mkdtempSync(join(tmpdir(), "baton-lab-"));
  const troubles: string[] = [];
  const begin = async (): Promise<Lab> => {
    const stackFile = stackFrom(example, changes, folder);
    if (signal) await prepare(readStack(stackFile), process.env, progress, signal);
    return startLab({
      stackFile,
      name,
      agent: (await agentBundle("exoscale")).text,
      env: process.env,
      report: log,
      onTrouble: (error) => {
        log(`the lab itself has trouble: ${error}`);
        troubles.push(String(error));
      },
      ...(settings && { settings }),
    });
  };
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const lab = await begin().catch((error) => {
    remove();
    throw error;
  });
  const undo = new Map<string, () => Promise<void>>();
  const said = new Set<string>();
  let traffic: readonly Traffic[] = [];
  const down = async (): Promise<void> => {
    await takeDown(lab, traffic, (error) => log(`while it is taken down: ${error}`));
    remove();
  };
  try {
    signal?.throwIfAborted();
    await standUp(lab, progress, signal && { signal });
    traffic = await startTraffic(lab, progress, signal);
  } catch (error) {
    if (!signal?.aborted) await tellJournals(lab);
    await down();
    throw troubles.length === 0 ? error : new AggregateError([error], troubles.join("\n"));
  }
  const [address = ""] = lab.addresses();
  const holder = async (): Promise<string> => {
    const holders = await lab.holders(address);
    assert.equal(holders.length, 1, `held by ${holders.join(" and ") || "nobody"}`);
    return holders[0] ?? "";
  };
  return {
    name,
    lab,
    address,
    client: () => traffic[0]?.client ?? assert.fail("the client has not begun"),
    traffic: () => traffic,
    troubles,
    said,
    say: async (verb, ...args) => {
      signal?.throwIfAborted();
      said.add(verb);
      return verbNamed(verb).run({ lab, undo }, args);
    },
    holder,
    soleHolder: async () => {
      await until("one host holds", async () => (await lab.holders(address)).length === 1);
      return holder();
    },
    signal,
    folder,
    down,
  };
}

/** What the hosts have written, for whoever has to find out why. */
export async function tellJournals(lab: Lab): Promise<void> {
  for (const { id } of Object.values(lab.cloud.world().instances)) {
    const journal = await lab.fabric.journal(id).catch(String);
    const lines = journal.trimEnd().split("\n");
    const chosen = lines.filter((line) =>
      / baton\[| systemd-networkd\[|cloud-init\[.*(warn|error)|systemd\[1\].*(baton|fail)/i.test(
        line,
      ),
    );
    log(`journal of ${lab.hostOf(id)}:\n${chosen.slice(-40).join("\n")}`);
  }
}

/** Waits for something that has to come true. */
export async function until(
  what: string,
  isSo: () => Promise<boolean> | boolean,
  timeoutMs = 30_000,
): Promise<void> {
  const begun = Date.now();
  while (!(await isSo())) {
    assert.ok(Date.now() - begun < timeoutMs, `after ${timeoutMs / 1000} s still not: ${what}`);
    await wait(100);
  }
}

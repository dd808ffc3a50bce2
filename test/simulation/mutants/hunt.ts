/** Makes a copy of the agent and the simulator, breaks one thing in it, and lets it be judged. */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { planOf } from "../plan.ts";
import { run } from "../run.ts";
import type { Mutant } from "./mutants.ts";

export type Hunted = {
  readonly mutant: Mutant;
  /** The checker that caught it; undefined where none did. */
  readonly invariant: string | undefined;
  readonly runs: number;
};

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** @param signal ends the hunt early; nothing of it is left behind */
export async function hunt(
  mutant: Mutant,
  seed: number,
  runs: number,
  signal?: AbortSignal,
): Promise<Hunted> {
  const folder = mkdtempSync(join(tmpdir(), "baton-mutant-"));
  try {
    for (const part of ["agent", "test/simulation", "package.json"]) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    mutate(folder, mutant);
    const main = join(folder, "test/simulation/main.ts");
    for (let from = seed; from < seed + runs; ) {
      const left = seed + runs - from;
      const seeds = ["--seed", String(from), "--runs", String(left)];
      const said = await output([main, ...seeds], signal);
      if (signal?.aborted) break;
      const made = Number(said.match(/^(\d+) runs from seed/m)?.[1]);
      if (!(made > 0)) throw new Error(`${mutant.name} did not run:\n${said}`);
      const caught = breaks(said).find((one) => run(planOf(one.seed)).violation === undefined);
      if (caught) return { mutant, invariant: caught.invariant, runs: caught.seed - seed + 1 };
      from += made;
    }
    return { mutant, invariant: undefined, runs };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * What was broken, as the output tells, the lowest seed first. A seed that breaks the sound core
 * too proves nothing.
 */
const breaks = (said: string): readonly { readonly seed: number; readonly invariant: string }[] =>
  [...said.matchAll(/^([A-Z]\d[\w ]*|frames|memory|crash): .*\n.*--seed (\d+)/gm)]
    .map(([, invariant = "", seed]) => ({ invariant, seed: Number(seed) }))
    .sort((one, other) => one.seed - other.seed);

/** Throws where the place is not there, or there twice: then the mutant is out of date. */
function mutate(folder: string, { name, file, from, to }: Mutant): void {
  const path = join(folder, "agent", file);
  const text = readFileSync(path, "utf8");
  const places = text.split(from).length - 1;
  if (places !== 1) throw new Error(`mutant ${name}: ${places} places like it in agent/${file}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
}

function output(args: readonly string[], signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    const end = () => child.kill();
    signal?.addEventListener("abort", end);
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
    }
    child.on("error", reject);
    child.on("close", () => {
      signal?.removeEventListener("abort", end);
      resolve(said);
    });
  });
}

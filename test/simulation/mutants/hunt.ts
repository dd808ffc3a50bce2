/** Makes a copy of the agent and the simulator, breaks one thing in it, and lets it be judged. */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { planOf } from "../plan.ts";
import { openFinding } from "../regressions.ts";
import { run } from "../run.ts";
import type { Mutant } from "./mutants.ts";

export type Hunted = {
  readonly mutant: Mutant;
  /** The checker that caught it; undefined where none did. */
  readonly invariant: string | undefined;
  readonly runs: number;
};

/** All seeds of such a batch run before it is told which of them have caught the mutant. */
const huntedAtOnce = 500;

const root = fileURLToPath(new URL("../../..", import.meta.url));

export async function hunt(mutant: Mutant, seed: number, runs: number): Promise<Hunted> {
  const folder = mkdtempSync(join(tmpdir(), "baton-mutant-"));
  try {
    for (const part of ["agent", "test/simulation", "package.json"]) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    mutate(folder, mutant);
    const main = join(folder, "test/simulation/main.ts");
    for (let from = seed; from < seed + runs; from += huntedAtOnce) {
      const count = Math.min(huntedAtOnce, seed + runs - from);
      const said = await output([
        ...[main, "--all", "--strict"],
        ...["--seed", String(from), "--runs", String(count)],
      ]);
      if (!said.includes(`${count} runs from seed`)) {
        throw new Error(`${mutant.name} did not run:\n${said}`);
      }
      const broken = [...breaks(said)].sort((one, other) => one.seed - other.seed);
      const caught = broken.find(
        ({ seed: one, ...violation }) =>
          openFinding(planOf(one), { ...violation, at: 0 }) !== common &&
          run(planOf(one)).violation === undefined,
      );
      if (caught) return { mutant, invariant: caught.invariant, runs: caught.seed - seed + 1 };
    }
    return { mutant, invariant: undefined, runs };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An open finding that breaks so many days that any mutant would be caught by it some day. */
const common = "calls-over-120";

type Broken = { readonly seed: number; readonly invariant: string; readonly what: string };

/** What was broken, as the output tells. A seed that breaks the sound core too proves nothing. */
const breaks = (said: string): readonly Broken[] =>
  [...said.matchAll(/^([A-Z]\d[\w ]*|frames|memory): (.*)\n.*--seed (\d+)/gm)].map(
    ([, invariant = "", what = "", seed]) => ({ invariant, what, seed: Number(seed) }),
  );

/** Throws where the place is not there, or there twice: then the mutant is out of date. */
export function mutate(folder: string, { name, file, from, to }: Mutant): void {
  const path = join(folder, "agent", file);
  const text = readFileSync(path, "utf8");
  const places = text.split(from).length - 1;
  if (places !== 1) throw new Error(`mutant ${name}: ${places} places like it in agent/${file}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
}

function output(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
    }
    child.on("error", reject);
    child.on("close", () => resolve(said));
  });
}

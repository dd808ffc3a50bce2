/**
 * Bugs that runs have found, each as the small plan that showed it, with a line on what it was. A
 * plan is kept instead of its seed, which would mean another day as soon as a fault is added.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { BadOption } from "./command.ts";
import type { Plan } from "./plan.ts";

export type Regression = {
  readonly name: string;
  readonly why: string;
  readonly seed: number;
  readonly invariant: string;
  readonly plan: Plan;
};

const folder = new URL("regressions/", import.meta.url);

export const regressionNames = (): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length));

export function regression(name: string): Regression {
  const text = readFileSync(new URL(`${name}.json`, folder), "utf8");
  try {
    const { plan, ...about } = JSON.parse(text);
    if (Array.isArray(plan?.nodes) && Array.isArray(plan.faults)) return { name, ...about, plan };
    throw new SyntaxError("it has no plan with nodes and faults");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new BadOption(`test/simulation/regressions/${name}.json: ${error.message}`);
  }
}

/** Keeps a plan that breaks an invariant; its reader is told why by the line. */
export function keep({ name, ...kept }: Regression): void {
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(kept, null, 2)}\n`);
}

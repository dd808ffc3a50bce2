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

export const pathOf = (name: string): string => `test/simulation/regressions/${name}.json`;

/** @throws BadOption where its file is none, or cannot be read */
export function regression(name: string): Regression {
  try {
    const kept: unknown = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"));
    if (isKept(kept)) return { name, ...kept };
    throw new SyntaxError("it has no plan, or none with nodes and faults, or no invariant or why");
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new BadOption(`${pathOf(name)}: ${error.message}`);
  }
}

/** Whether a file was written by `keep`; what its parts hold is not looked at. */
function isKept(read: unknown): read is Omit<Regression, "name"> {
  const { plan, why, invariant } = Object(read);
  const { nodes, faults, group, cloud, network } = Object(plan);
  return (
    [why, invariant].every((one) => typeof one === "string") &&
    [nodes, faults].every(Array.isArray) &&
    [group, cloud, network, ...nodes, ...faults].every((one) => Object(one) === one)
  );
}

/** Keeps a plan that breaks an invariant; its reader is told why by the line. */
export function keep({ name, ...kept }: Regression): void {
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(kept, null, 2)}\n`);
}

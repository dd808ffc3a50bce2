/** From the data of a stack file to a stack, and everything that is wrong with it. */
import type { Finding, Path } from "./diagnostic.ts";
import { findingsOf } from "./issues.ts";
import { resolve } from "./resolve.ts";
import { applyRules } from "./rules/rules.ts";
import { type Declaration, declaration, jsonSchema } from "./schema.ts";
import type { Stack } from "./stack.ts";

let built: object | undefined;

/** Built at the first error alone: a file without one should not wait for it. */
const knownKeys = (): object => {
  built ??= jsonSchema();
  return built;
};

type Examined = { readonly stack?: Stack; readonly findings: readonly Finding[] };

/** Checks the schema, then the rules; where the schema is broken, the rules see the rest. */
export function examine(data: unknown): Examined {
  const parsed = declaration.safeParse(data, { reportInput: true });
  if (parsed.success) return judge(parsed.data);
  const findings = findingsOf(parsed.error.issues, knownKeys());
  return { findings: [...findings, ...furtherFindings(data, findings)] };
}

function judge(declared: Declaration): { stack: Stack; findings: readonly Finding[] } {
  const stack = resolve(declared);
  return { stack, findings: applyRules(declared, stack) };
}

/**
 * All errors are shown at once: what breaks the schema is cut out of a copy, and the rules look at
 * the rest. What they say about the places that were cut, or because of them, is not to be trusted.
 */
function furtherFindings(data: unknown, broken: readonly Finding[]): readonly Finding[] {
  const copy = structuredClone(data);
  const cut: Path[] = [];
  let wrong: readonly Path[] = broken.map(({ path }) => path);
  // Cutting a required key leaves a gap, which the next round closes by cutting what is around it.
  for (let round = 0; round < 4; round += 1) {
    // From the back, so that the items of a list keep their numbers until they are cut themselves.
    for (const path of wrong.toReversed()) cut.push(remove(copy, path));
    if (cut.some((path) => path.length === 0)) return [];
    const parsed = declaration.safeParse(copy, { reportInput: true });
    if (parsed.success) return trusted(judge(parsed.data).findings, cut);
    wrong = findingsOf(parsed.error.issues, knownKeys()).map(({ path }) => path);
  }
  return [];
}

/** Of which other sections the rules about a section make use. */
const uses: Readonly<Record<string, readonly string[]>> = {
  networks: ["nodes", "app-servers", "election", "cloud", "system"],
  addresses: ["networks", "nodes", "app-servers", "election", "cloud", "system"],
  nodes: ["networks", "app-servers", "services", "proxy", "election", "cloud", "system"],
  "app-servers": ["networks", "nodes", "services", "cloud", "system"],
  services: ["proxy", "app-servers"],
  proxy: ["services", "app-servers"],
  election: ["networks", "addresses", "nodes", "app-servers", "cloud", "system"],
  agent: ["addresses", "nodes", "election", "cloud", "system"],
};

/** Fields that no rule asks for: what is said without them holds with them too. */
const unasked = new Set([
  "zone",
  "region",
  "compartment",
  "project",
  "image",
  "size",
  "host-name",
  "extra",
]);

/** Those of them that must be there: cutting one would cut what is around it. */
const standIns = new Set(["name", "cloud.region", "cloud.compartment", "cloud.project"]);

function trusted(findings: readonly Finding[], cut: readonly Path[]): readonly Finding[] {
  const asked = cut.filter((path) => !path.some((step) => unasked.has(String(step))));
  const spoiled = new Set(asked.map(([section]) => section));
  return findings.filter(({ path }) => {
    const used = uses[String(path[0])];
    if (used === undefined) return !cut.some((other) => within(path, other) || within(other, path));
    return ![path[0], ...used].some((section) => spoiled.has(section));
  });
}

const within = (inner: Path, outer: Path): boolean =>
  outer.every((step, index) => inner[index] === step);

/**
 * Cuts the entry at `path`, or what is around it where there is none; gives the path that was cut.
 */
function remove(data: unknown, path: Path): Path {
  const last = path.at(-1);
  if (last === undefined) return path;
  let around: unknown = data;
  for (const step of path.slice(0, -1)) {
    around = isContainer(around) && Object.hasOwn(around, step) ? around[step] : undefined;
  }
  if (isContainer(around) && standIns.has(path.join("."))) {
    around[last] = "stand-in";
    return path;
  }
  if (!isContainer(around) || !Object.hasOwn(around, last)) return remove(data, path.slice(0, -1));
  if (Array.isArray(around)) {
    around.splice(Number(last), 1);
    // The items behind it have moved up: the list as a whole is no longer to be trusted.
    return path.slice(0, -1);
  }
  delete around[last];
  return path;
}

const isContainer = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === "object" && value !== null;

/** How often each fault, decision and answer came about; what never did is a hole. */
import { readFileSync } from "node:fs";
import { transitions } from "../../agent/core/roles.ts";
import { faultKinds } from "./faults.ts";

export type Coverage = { readonly lines: readonly string[]; readonly holes: readonly string[] };

export function coverageOf(counts: ReadonlyMap<string, number>, runs: number): Coverage {
  const expected = [...expectedCounts()];
  const all = [...new Set([...expected, ...[...counts.keys()].sort()])];
  const lines = all.map((what) => `${String(counts.get(what) ?? 0).padStart(9)}  ${what}`);
  const excused = runs < manyRuns ? rare : new Set();
  return { lines, holes: expected.filter((what) => !counts.has(what) && !excused.has(what)) };
}

/** So many must show all but what is rare. */
export const coveredRuns = 5_000;

/** So many must show all that there is. */
const manyRuns = 200_000;

/** What some thousand runs may do without. */
const rare: ReadonlySet<string> = new Set([
  "role: init > fault",
  "role: fault > init",
  "api: refusal: expired",
  "why: the holder was never heard",
  "why: may be being released; waits",
  "why: preempt delay",
  "why: a better one is cut off, but alive; waits",
  "why: releases the other: resigned and still holds",
  "why: is being released; waits",
  "why: releases the other: sick and still holds",
  "why: releases the other: holds unawares",
  "dropped: reflected",
]);

function expectedCounts(): Set<string> {
  const changes = Object.entries(transitions).flatMap(([from, causes]) =>
    Object.values(causes).map((to) => `role: ${from} > ${to}`),
  );
  const answers = ["claim", "release"].flatMap((what) =>
    ["done", "refused", "unknown"].map((outcome) => `answer: ${what} ${outcome}`),
  );
  return new Set([
    ...faultKinds.map((kind) => `fault: ${kind}`),
    ...changes,
    ...answers,
    ...decisions().map((text) => `why: ${text}`),
    // That an address cannot be detached no agent is told: nobody lets go where one alone can hold.
    ...["expired", "conflict"].map((why) => `api: refusal: ${why}`),
    ...dropped.map((reason) => `dropped: ${reason}`),
    ...["master", "backup"].map((level) => `followed: ${level}`),
    ...["claim", "release"].map((verb) => `upon: ${verb}`),
    ...["moved", "peer", "health", "paused", "holders"].map((kind) => `note: ${kind}`),
  ]);
}

/** Why a frame was refused. Reasons that only a broken shell could bring are left out. */
const dropped = [
  ...["too-short", "length", "foreign", "version", "unknown-key", "forged"],
  ...["reflected", "same-node", "replayed", "old", "retired", "unproven", "stale-echo"],
];

/** Every reason that the core can give for a decision, read from its text: none is left out. */
export function decisions(): readonly string[] {
  const text = ["decide", "releasing"]
    .map((name) => new URL(`../../agent/core/${name}.ts`, import.meta.url))
    .map((file) => readFileSync(file, "utf8"))
    .join("");
  const given = text.matchAll(/\b(?:rest|claim|release)\(\s*(?:([\w.]+),\s*)?"([^"]+)"/g);
  const worded = [...given].map(([, of, why = ""]) =>
    of === "whom" ? `releases the other: ${why}` : why,
  );
  const found = [...new Set(worded)];
  return found.filter((why) => !unreachable.has(why));
}

/** What only settings bring that no run has, each with its play under `test/agent/traces`. */
const unreachable: ReadonlySet<string> = new Set([
  // stop-without-peer-releases
  "stops, and nobody takes over",
  // Runs tell every agent at its start who its peers are.
  "waits to be told who its peers are",
]);

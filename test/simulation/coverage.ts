/** How often each fault, decision and answer came about; what never did is a hole. */
import { readFileSync } from "node:fs";
import { transitions } from "../../agent/core/roles.ts";
import { faultKinds } from "./faults.ts";
import type { Plan } from "./plan.ts";
import { traits } from "./world/cloud-traits.ts";
import { disorderKinds } from "./world/disorder.ts";

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

/** What comes about so seldom, or on so few days, that some thousand may do without it. */
const rare: ReadonlySet<string> = new Set([
  "role: init > fault",
  "api: refusal: expired",
  "why: a better one is cut off, but alive; waits",
  "why: the holder gives way, but this node is no better",
  ...disorderKinds.map((kind) => `api: ${kind} claim`),
]);

/** What kind of day it is: of these, too, none may be missing. */
export function kindsOf({ cloud, group, nodes, network, realSignatures }: Plan): readonly string[] {
  return [
    `cloud: ${cloud.kind}`,
    `election: ${group.election}`,
    `wire: ${group.wire}`,
    `hold: ${group.hold}`,
    `signatures: ${realSignatures ? "HMAC-SHA256" : "checksums"}`,
    ...(nodes.some(({ program }) => program === "exoip") ? ["with an original exoip"] : []),
    ...(network.broken === undefined ? [] : ["with a link broken for good"]),
  ];
}

const kinds = [
  ...Object.keys(traits).map((kind) => `cloud: ${kind}`),
  ...["heartbeat", "vrrp", "carp"].map((election) => `election: ${election}`),
  ...["authenticated", "exoip"].map((wire) => `wire: ${wire}`),
  ...["exclusive", "shared"].map((hold) => `hold: ${hold}`),
  ...["HMAC-SHA256", "checksums"].map((way) => `signatures: ${way}`),
  ...["with an original exoip", "with a link broken for good"],
];

function expectedCounts(): Set<string> {
  const changes = Object.entries(transitions).flatMap(([from, causes]) =>
    Object.values(causes).map((to) => `role: ${from} > ${to}`),
  );
  const answers = ["claim", "release"].flatMap((what) =>
    ["done", "refused", "unknown"].map((outcome) => `answer: ${what} ${outcome}`),
  );
  return new Set([
    ...kinds,
    ...faultKinds.map((kind) => `fault: ${kind}`),
    ...changes,
    ...answers,
    ...decisions().map((text) => `why: ${text}`),
    // That an address cannot be detached no agent is told: nobody lets go where one alone can hold.
    ...["expired", "conflict"].map((why) => `api: refusal: ${why}`),
    // Each disorder has to have met a read and a claim; releases are fewer.
    ...disorderKinds.flatMap((kind) => ["read", "claim"].map((verb) => `api: ${kind} ${verb}`)),
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

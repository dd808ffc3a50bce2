/**
 * The rows of the decision table: all states of two nodes in two orders, and of three nodes with
 * one trouble each. A node's state is four signs: well or sick, able or unable, resigning, holds.
 */
import { type Candidate, type ElectionRules, elect } from "../../../agent/core/elect.ts";

export type Row = { readonly section: string; readonly candidates: readonly Candidate[] };

export const rules: Readonly<Record<string, ElectionRules>> = {
  preempt: { preempt: true, shared: false },
  keep: { preempt: false, shared: false },
  shared: { preempt: true, shared: true },
  "shared keep": { preempt: false, shared: true },
};

const flags = [false, true];

const states: readonly Omit<Candidate, "id" | "rank" | "priority">[] = flags.flatMap((sick) =>
  flags.flatMap((unable) =>
    flags.flatMap((resigning) =>
      flags.map((holds) => ({ healthy: !sick, able: !unable, resigning, holds })),
    ),
  ),
);

const fine = { healthy: true, able: true, resigning: false, holds: false };
const troubles = [
  fine,
  { ...fine, healthy: false },
  { ...fine, able: false },
  { ...fine, resigning: true },
];

const pairs = (section: string, ranks: readonly [number, number], priorities = [128, 128]): Row[] =>
  states.flatMap((a) =>
    states.map((b) => ({
      section,
      candidates: [a, b].map((state, index) => ({
        ...state,
        id: "ab"[index] ?? "",
        rank: ranks[index] ?? 0,
        priority: priorities[index] ?? 0,
      })),
    })),
  );

/** Whoever holds is one of them, or nobody. */
const triples: readonly Row[] = ["-", "a", "b", "c"].flatMap((holder) =>
  troubles.flatMap((a) =>
    troubles.flatMap((b) =>
      troubles.map((c) => ({
        section: "a before b before c",
        candidates: [a, b, c].map((state, rank) => {
          const id = "abc"[rank] ?? "";
          return { ...state, id, rank, priority: 128, holds: id === holder };
        }),
      })),
    ),
  ),
);

export const rows: readonly Row[] = [
  ...pairs("a before b", [0, 1]),
  ...pairs("a beside b", [0, 0]),
  ...pairs("a before b, and b of better priority", [0, 1], [128, 64]).filter(({ candidates }) =>
    candidates.every(({ able, resigning }) => able && !resigning),
  ),
  ...triples,
];

const signs = ({ healthy, able, resigning, holds }: Candidate): string =>
  [
    healthy ? "well" : "sick",
    able ? "" : "unable",
    resigning ? "resigns" : "",
    holds ? "HOLDS" : "",
  ]
    .filter((word) => word !== "")
    .join(" ");

/** The table as text, with the nodes elected under each set of rules. */
export function table(): string {
  const names = Object.keys(rules);
  const lines: string[] = [];
  let section = "";
  for (const row of rows) {
    if (row.section !== section) {
      section = row.section;
      const nodes = row.candidates.map(({ id }) => id.padEnd(27)).join("");
      const columns = names.map((name) => name.padEnd(12)).join("");
      lines.push(
        ...(lines.length > 0 ? [""] : []),
        `# ${section}`,
        `# ${nodes}${columns}`.trimEnd(),
      );
    }
    const nodes = row.candidates.map((one) => signs(one).padEnd(27)).join("");
    const results = names.map((name) => {
      const elected = elect(row.candidates, rules[name] ?? { preempt: true, shared: false });
      return (elected.join(" ") || "-").padEnd(12);
    });
    lines.push(`  ${nodes}${results.join("")}`.trimEnd());
  }
  return `${lines.join("\n")}\n`;
}

/**
 * Who is elected, row by row. `UPDATE_TRACES=1` writes the table anew, to be read as a diff; the
 * rules below are asked of every row whatever the table says.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { type Candidate, elect } from "../../../agent/core/elect.ts";
import { rows, rules, table } from "./election-rows.ts";

const file = new URL("election-table.txt", import.meta.url);

type Case = {
  readonly candidates: readonly Candidate[];
  readonly elected: readonly Candidate[];
  readonly preempt: boolean;
  readonly shared: boolean;
};

const cases: readonly Case[] = rows.flatMap(({ candidates }) =>
  Object.values(rules).map((rule) => {
    const ids = elect(candidates, rule);
    return { ...rule, candidates, elected: candidates.filter(({ id }) => ids.includes(id)) };
  }),
);

/** Asks something of every row; the number of rows that it concerns must not be zero. */
function everyRow(concerns: (one: Case) => boolean, holds: (one: Case) => boolean): void {
  const concerned = cases.filter(concerns);
  assert.ok(concerned.length > 0);
  for (const one of concerned) assert.ok(holds(one), JSON.stringify(one));
}

const staying = (one: Case): readonly Candidate[] =>
  one.candidates.filter(({ resigning }) => !resigning);
const isSound = ({ healthy, able, resigning }: Candidate): boolean => healthy && able && !resigning;
const isWell = ({ healthy, resigning }: Candidate): boolean => healthy && !resigning;
const any = (): boolean => true;

describe("the decision table", () => {
  test("is as it is written", () => {
    const text = table();
    assert.ok(rows.length > 700);
    if (process.env.UPDATE_TRACES) writeFileSync(file, text);
    assert.equal(readFileSync(file, "utf8"), text);
  });

  test("exactly one is elected where the address is exclusive, and none but of necessity", () => {
    everyRow(
      ({ shared, ...one }) =>
        !shared && one.candidates.some(({ resigning, holds }) => !resigning || holds),
      ({ elected }) => elected.length === 1,
    );
    everyRow(
      ({ candidates }) => candidates.every(({ resigning, holds }) => resigning && !holds),
      ({ elected }) => elected.length === 0,
    );
  });

  test("a sound node is elected where there is one, and no other", () => {
    everyRow(
      ({ candidates }) => candidates.some(isSound),
      ({ elected }) => elected.length > 0 && elected.every(isSound),
    );
  });

  test("an unable node is elected rather than a sick one", () => {
    everyRow(
      ({ candidates }) => candidates.some(isWell),
      ({ elected }) => elected.every(isWell),
    );
  });

  test("R12: where nobody is well nobody moves: who holds goes on, even resigning", () => {
    everyRow(
      ({ candidates }) => !candidates.some(isWell) && candidates.some(({ holds }) => holds),
      ({ elected }) => elected.every(({ holds }) => holds),
    );
  });

  test("R12: where nobody is well or holds, the first in the order of the able, if any", () => {
    everyRow(
      (one) =>
        !one.candidates.some((node) => isWell(node) || node.holds) && staying(one).length > 0,
      (one) => {
        const able = staying(one).filter((node) => node.able);
        const first = Math.min(...(able.length > 0 ? able : staying(one)).map(worth));
        return one.elected.every((best) => worth(best) === first);
      },
    );
  });

  test("without preemption a sound holder keeps the address", () => {
    everyRow(
      ({ preempt, candidates }) =>
        !preempt && candidates.some((node) => isSound(node) && node.holds),
      ({ elected }) => elected.some(({ holds }) => holds),
    );
  });

  test("with preemption no sound node is better than the one elected: priority, then place", () => {
    everyRow(
      ({ preempt, candidates }) => preempt && candidates.some(isSound),
      ({ candidates, elected }) =>
        candidates
          .filter(isSound)
          .every((node) => elected.every((best) => worth(best) <= worth(node))),
    );
  });

  test("in shared mode all equals of the one elected are elected, and only they", () => {
    for (const { candidates } of rows) {
      for (const preempt of [true, false]) {
        const [one] = elect(candidates, { preempt, shared: false });
        const all = elect(candidates, { preempt, shared: true });
        assert.equal(one === undefined, all.length === 0);
        const best = candidates.find(({ id }) => id === one);
        if (best === undefined) continue;
        assert.ok(all.includes(best.id));
        for (const node of candidates) {
          const equal = worth(node) === worth(best);
          if (all.includes(node.id)) assert.ok(equal);
          else if (equal) assert.ok(!isSound(node) || !isSound(best), JSON.stringify(candidates));
        }
      }
    }
  });

  test("the order in which the candidates are named changes nothing", () => {
    for (const { candidates } of rows) {
      for (const rule of Object.values(rules)) {
        const turned = elect([...candidates].reverse(), rule);
        assert.deepEqual([...turned].sort(), [...elect(candidates, rule)].sort());
      }
    }
  });

  test("nobody is elected who is no candidate", () => {
    everyRow(any, ({ elected, candidates }) => elected.every((one) => candidates.includes(one)));
    assert.deepEqual(elect([], { preempt: true, shared: false }), []);
  });
});

/** Lower is better. */
const worth = ({ priority, rank }: Candidate): number => priority * 1000 + rank;

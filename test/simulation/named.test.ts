/** Every schedule that has to be withstood has its run; what claims to be such a run is one. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fieldSchedules, measuredFaults, ruleSchedules, type Schedule } from "./named/schedules.ts";
import { cases } from "./peers/cases.ts";

const root = new URL("../../", import.meta.url);
const folder = new URL("test/agent/traces/", root);
const traceNames = readdirSync(folder).map((name) => name.replace(/\.txt$/, ""));
const all = [...ruleSchedules, ...fieldSchedules, ...measuredFaults];

/** The lesson at the top of a trace, in one line. */
function lessonOf(name: string): string {
  const text = readFileSync(new URL(`${name}.txt`, folder), "utf8");
  return (text.split("\n\n")[0] ?? "").replace(/\n# /g, " ");
}

const tracesOf = (schedules: readonly Schedule[]): readonly string[] =>
  schedules.flatMap(({ traces = [] }) => traces);

test("none is left out: 16 of the rules, 15 rows of the field, 16 measured faults", () => {
  assert.equal(ruleSchedules.length, 16);
  assert.equal(fieldSchedules.length, 15);
  assert.equal(measuredFaults.length, 16);
  const names = all.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
});

for (const { name, traces = [], cases: own = [], elsewhere } of all)
  test(`${name}: its runs exist`, () => {
    for (const one of traces) assert.ok(traceNames.includes(one), one);
    for (const one of own)
      assert.ok(
        cases.some((known) => known.name === one),
        one,
      );
    assert.equal(traces.length + own.length === 0, elsewhere !== undefined);
    if (elsewhere !== undefined) assert.ok(existsSync(new URL(elsewhere, root)), elsewhere);
  });

test("a trace that says that it shows a row of the field, or a measured fault, stands there", () => {
  for (const name of traceNames) {
    const lesson = lessonOf(name);
    for (const [, row = ""] of lesson.matchAll(/\b0\.(\d+)/g)) {
      const { traces = [] } = fieldSchedules[Number(row) - 1] ?? {};
      assert.ok(traces.includes(name), `${name} is no run of row ${row}`);
    }
    if (!/^[^:]*\bpeers\b/.test(lesson)) continue;
    assert.ok(tracesOf(measuredFaults).includes(name), `${name} is no run of a measured fault`);
  }
});

test("every case stands for something, and every rule has a trace", () => {
  const used = all.flatMap((schedule) => schedule.cases ?? []);
  // A restart of the agent alone is no fault of others: it is I7.
  const own = ["the agent alone dies and is started again"];
  const unused = cases.filter(({ name }) => !used.includes(name) && !own.includes(name));
  assert.deepEqual(unused, []);
  const lessons = traceNames.map(lessonOf).join(" ");
  for (let rule = 1; rule <= 20; rule += 1) assert.match(lessons, new RegExp(`\\bR${rule}\\b`));
});

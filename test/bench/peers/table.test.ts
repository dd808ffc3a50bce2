/** What the bench makes of its runs: statistics, tables, picture, page. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { results, run } from "./fixture.ts";
import { measured, pageFile, pageWith, pictureFile } from "./page.ts";
import { pictureOf, piecesOf } from "./picture.ts";
import { exoipElsewhere } from "./published.ts";
import { resultsIn, runsOf, textOf } from "./results.ts";
import { rows } from "./rows.ts";
import { stripOf } from "./run.ts";
import { spreadOf, typical } from "./spread.ts";
import { cellOf, claimsOf, costsOf, gapOf, tableOf } from "./table.ts";

test("least, middle and most of several values; of two the lower is in the middle", () => {
  assert.deepEqual(spreadOf([30, 10, 20]), { min: 10, median: 20, max: 30 });
  assert.deepEqual(spreadOf([30, 10]), { min: 10, median: 10, max: 30 });
  assert.equal(spreadOf([]), undefined);
  const runs = [4000, 2000, 3500].map((gapMs) => run({ gapMs }));
  assert.equal(typical(runs)?.gapMs, 3500);
});

test("a cell tells gap, failures, calls, and who holds", () => {
  assert.equal(
    cellOf([run(), run({ gapMs: 2000, failed: 99 }), run({ gapMs: 12_000, calls: 6 })]),
    "3.00 (2.00–12.0); 150 (99–150) failed; 4 (4–6) calls; held by lb2",
  );
  assert.equal(cellOf([run({ gapMs: 0, failed: 0, calls: 1 })]), "none; 1 call; held by lb2");
  assert.equal(cellOf([]), "not measured");
  // A run that was lost to the lab.
  assert.match(cellOf([run(), run()], 3), /; n = 2$/);
});

test("a gap that does not end is told to be longer", () => {
  assert.equal(
    gapOf([run({ gapMs: 20_000, isOpen: true })]),
    "20.0, to the end of what was watched",
  );
});

test("a holder that was not elected is told, and how often: nobody, another, or two", () => {
  const wrongs = [
    run({ elected: ["lb1"] }),
    run({ holders: [] }),
    run({ holders: ["lb1", "lb2"] }),
    run({ holders: ["lb1", "lb2"], elected: ["lb1", "lb2"] }),
    run(),
  ];
  const cell = cellOf(wrongs);
  for (const what of [
    "**held by lb2, elected lb1** (1 of 5)",
    "**held by nobody, elected lb2** (1 of 5)",
    "**held by lb1 and lb2, elected lb2** (1 of 5)",
    "**held by lb1 and lb2, elected lb1 and lb2** (1 of 5)",
  ])
    assert.ok(cell.includes(what), `${what} in ${cell}`);
});

test("the tables have a line for each row, and the elsewhere column is marked", () => {
  const lines = tableOf(results).split("\n");
  assert.equal(lines.length, 2 + results.rows.length);
  assert.match(lines[0] ?? "", /exoip.*measured elsewhere\*\* \|$/);
  assert.match(lines[2] ?? "", /^\| host death \| 3\.50 \(2\.00–4\.00\);.*n = 5.*\|$/);
  assert.match(claimsOf(results), /^\| host death \| 2\.50; the cloud's own 1\.90 \| – \|$/m);
  assert.match(
    costsOf(results),
    /^\| baton \| 50\.0 \/ 40\.0 \| .* \| 12\.3 \/ 5\.0 \| 7200 \| 240 \|$/m,
  );
});

test("what exoip did elsewhere is told for rows that there are", () => {
  for (const name of Object.keys(exoipElsewhere))
    assert.ok(
      rows.some((row) => row.name === name),
      name,
    );
});

test("requests are put into the slices in which they began", () => {
  const sample = (at: number, status?: number) => ({
    n: at,
    at: 1000 + at,
    ms: 1,
    ...(status && { status }),
  });
  const samples = [sample(0, 200), sample(210, 200), sample(220), sample(450), sample(601, 200)];
  assert.equal(stripOf(samples, 1000, 700), "█▒·█");
  assert.deepEqual(piecesOf("██·"), [
    { kind: "all", from: 0, to: 2 },
    { kind: "none", from: 2, to: 3 },
  ]);
});

test("the picture shows each line that was run, refers to nothing, and escapes its words", () => {
  const svg = pictureOf(results);
  assert.doesNotMatch(svg.replace("http://www.w3.org/2000/svg", ""), /https?:|href|url\(/);
  assert.match(svg, /prefers-color-scheme: dark/);
  assert.match(svg, />split &#60;10 s&#62;</);
  assert.match(svg, />keepalived &#38; script</);
  assert.equal(svg.match(/>baton</g)?.length, 1);
  assert.match(svg, /class="wrong">held by lb2, elected lb1</);
});

test("results are kept and read again as they were", () => {
  assert.deepEqual(resultsIn(textOf(results)), results);
  assert.equal(runsOf(results, "death", "baton-1s").length, 3);
});

test("a page without its marks is not overwritten", () => {
  assert.throws(() => pageWith("nothing", results), /has no <!-- machine -->/);
});

test("the page in the documents is what was measured, and so is its picture", () => {
  const shown = measured();
  const isThere = [pageFile, pictureFile].map((file) => existsSync(file));
  // Before the first full run there is no page.
  assert.deepEqual(isThere, [shown !== undefined, shown !== undefined]);
  if (shown === undefined) return;
  const page = readFileSync(pageFile, "utf8");
  assert.equal(page, pageWith(page, shown));
  assert.equal(readFileSync(pictureFile, "utf8"), pictureOf(shown));
});

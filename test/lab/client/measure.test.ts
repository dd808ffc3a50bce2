/** What a run of requests says about an outage. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Sample, summarize } from "../../../lab/client/measure.ts";
import { startRecord } from "../../../lab/client/record.ts";

/** A request every 20 ms: `o` is answered, `x` is not. */
const row = (picture: string): Sample[] =>
  [...picture].map((mark, n) => ({
    n,
    at: 1000 + n * 20,
    ms: mark === "o" ? 2 : 200,
    ...(mark === "o" ? { status: 200, backend: `app${(n % 2) + 1}` } : { error: "timeout" }),
  }));

test("a row without failure has no gap", () => {
  const summary = summarize(row("oooo"));
  assert.deepEqual(summary, {
    sent: 4,
    answered: 4,
    failed: 0,
    byBackend: { app1: 2, app2: 2 },
    gaps: [],
    slowestMs: 2,
  });
});

test("a gap goes from the last answer before it to the first one after", () => {
  const { gaps, failed } = summarize(row("ooxxxoo"));
  assert.deepEqual(gaps, [{ from: 1040, to: 1100, failed: 3, ms: 80 }]);
  assert.equal(failed, 3);
});

test("the longest gap comes first, and one that reaches the end is counted", () => {
  const { gaps } = summarize(row("xoxxoxxx"));
  assert.deepEqual(
    gaps.map(({ failed, ms }) => [failed, ms]),
    [
      [3, 260],
      [2, 60],
      [1, 20],
    ],
  );
});

test("a night of requests is summed up like a minute of them", () => {
  const night = row("o".repeat(400_000));
  assert.equal(summarize(night).slowestMs, 2);
});

test("answers that overtake each other are put in order", () => {
  assert.deepEqual(summarize(row("oxxo").reverse()).gaps.length, 1);
});

test("an answer of the wrong kind is a failure, and nothing at all is no gap", () => {
  const [first] = row("o");
  assert.ok(first);
  assert.equal(summarize([{ ...first, status: 503 }]).failed, 1);
  assert.deepEqual(summarize([]).gaps, []);
});

test("two hours of requests are kept as half an hour of rows, and summed up as a whole", () => {
  // One request a second; every tenth fails, and so do all of the minute in which rows go first.
  const all = row("ooooooooox".repeat(720)).map((one, n) => {
    const lost = n >= 30 && n <= 90 ? { status: 503 } : {};
    return { ...one, at: n * 1000, ...lost };
  });
  const record = startRecord();
  let most = 0;
  for (const one of all) {
    record.add(one);
    most = Math.max(most, record.samples().length);
  }
  assert.deepEqual(record.summary(), summarize(all));
  assert.ok(most < 31 * 60 + 10, `${most} rows`);
  assert.equal(record.samples().at(-1), all.at(-1));
});

test("a gap that is open where rows are dropped is one gap", () => {
  const rows = row(`o${"x".repeat(4000)}o`).map((one, n) => ({ ...one, at: n * 1000 }));
  const record = startRecord();
  for (const one of rows) record.add(one);
  assert.deepEqual(record.summary().gaps, [
    { from: 1000, to: 4_001_000, failed: 4000, ms: 4_001_000 },
  ]);
});

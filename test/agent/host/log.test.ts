/** One line an event; no secret, no control character, and no flood of the same failure. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog } from "../../../agent/host/log.ts";

type Given = {
  readonly plain?: boolean;
  readonly verbose?: boolean;
  readonly secret?: string;
};

function logger(given: Given = {}) {
  const lines: string[] = [];
  let now = 0;
  const log = createLog({
    identifier: "baton",
    write: (line) => void lines.push(line),
    nowMs: () => now,
    verbose: given.verbose ?? false,
    plain: given.plain ?? false,
    secrets: () => ["0ther-key", given.secret ?? "s3cret"],
  });
  return { log, lines, pass: (ms: number) => (now += ms) };
}

test("a line carries journald's priority, the sentence and its figures", () => {
  const { log, lines } = logger();
  log("warning", "claim refused", { tookMs: 12.345, why: "HTTP 500: busy", absent: undefined });
  assert.deepEqual(lines, ['<4>claim refused tookMs=12.3 why="HTTP 500: busy"\n']);
});

test("for a terminal the identifier stands in front instead", () => {
  const { log, lines } = logger({ plain: true });
  log("notice", "stopped");
  assert.deepEqual(lines, ["baton: stopped\n"]);
});

test("secrets never get out, wherever they stand", () => {
  const { log, lines } = logger();
  log("error", "signed with s3cret", { key: "xs3crety" });
  assert.deepEqual(lines, ["<3>signed with [secret] key=x[secret]y\n"]);
});

test("a secret with quotes and strokes is none the less one", () => {
  const secret = String.raw`a"b\c`;
  const { log, lines } = logger({ secret });
  log("error", `with ${secret}`, { why: `bad ${secret}` });
  assert.deepEqual(lines, ['<3>with [secret] why="bad [secret]"\n']);
});

test("control characters and overlong texts do no harm", () => {
  const { log, lines } = logger();
  log("notice", `name\n\x1b[31m${"x".repeat(5_000)}`);
  assert.match(lines[0] ?? "", /^<5>name\?\?\[31mx+\n$/);
  assert.equal(lines[0]?.length, 3 + 1_000 + 1);
});

test("the same failure is told once a minute, with how often it came; news always", () => {
  const { log, lines, pass } = logger();
  for (let count = 0; count < 5; count += 1) log("warning", "no answer");
  log("warning", "another");
  for (let count = 0; count < 2; count += 1) log("notice", "held");
  pass(60_000);
  log("warning", "no answer");
  assert.deepEqual(lines, [
    "<4>no answer\n",
    "<4>another\n",
    "<5>held\n",
    "<5>held\n",
    "<4>no answer (4 more)\n",
  ]);
});

test("an endless row of different failures is no flood either", () => {
  const { log, lines, pass } = logger();
  for (let count = 0; count < 1_000; count += 1) log("warning", `request ${count} failed`);
  assert.equal(lines.length, 200);
  log("notice", "held");
  pass(60_000);
  log("warning", "request 1 failed");
  assert.deepEqual(lines.slice(200), ["<5>held\n", "<4>request 1 failed (800 others)\n"]);
});

test("a name cannot turn the direction of the line", () => {
  const { log, lines } = logger();
  log("notice", "peer \u202ereversed\u2066");
  assert.deepEqual(lines, ["<5>peer ?reversed?\n"]);
});

test("debug lines need the wish for more", () => {
  const quiet = logger();
  quiet.log("debug", "detail");
  const loud = logger({ verbose: true });
  loud.log("debug", "detail");
  assert.deepEqual([quiet.lines, loud.lines], [[], ["<7>detail\n"]]);
});

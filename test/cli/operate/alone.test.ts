/** Of the commands that change a stack, one alone is at work at a desk. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { standUp } from "./stand.ts";

const roll = ["roll", "--no-measure", "--patience", "5"] as const;

test("while a roll is at work, nothing else at its desk changes the stack", async (context) => {
  const stand = await standUp(context);
  stand.engine({ preview: "endless" });
  await stand.during("config set baton:replace lb2", roll, async (pid) => {
    const before = stand.touched();
    for (const args of [
      roll,
      ["drill", "--yes"],
      ["handover", "lb1"],
      ["maintenance", "lb2", "off"],
    ]) {
      const { status, stdout, stderr } = await stand.baton(...args);
      assert.deepEqual([status, stdout], [1, ""], args.join(" "));
      assert.match(stderr, new RegExp(`process ${pid} at this desk changes shop already`));
      assert.match(stderr, /fix: nothing was touched; wait, or Ctrl-C/);
    }
    assert.deepEqual(stand.touched(), before);
    assert.equal((await stand.baton("status")).status, 0);
  });
  // It was killed, and is in nobody's way.
  const { status, stderr } = await stand.baton("maintenance", "lb2", "off", "--no-measure");
  assert.equal(status, 0, stderr);
});

test("where a desk can keep nothing, nothing is changed, and it is told why", async (context) => {
  const stand = await standUp(context);
  stand.noState();
  for (const args of [["drill", "--yes"], ["handover", "lb1"], roll]) {
    const { status, stderr } = await stand.baton(...args);
    assert.equal(status, 1);
    assert.match(stderr, /state\/baton cannot be written: a part of its path is not a directory/);
    assert.match(stderr, /fix: nothing was touched; .* XDG_STATE_HOME/);
    assert.doesNotMatch(stderr, /^ +at /m);
  }
  assert.deepEqual(stand.touched(), []);
});

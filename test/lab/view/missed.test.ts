/** When the lab's test of a missing rule may ask `baton doctor`: once nobody hears anybody. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { peer, sample } from "../../agent/status/sample.ts";
import { allMissed } from "../../real/lab/commands.ts";

const view = (...heard: readonly boolean[]) => ({
  status: sample({ peers: heard.map((one) => peer({ heard: one })) }),
});

test("all are missed where every agent answers, knows of others and hears none", () => {
  assert.ok(allMissed([view(false), view(false, false)]));
  for (const one of [view(true), view(false, true), view(), { status: undefined }])
    assert.ok(!allMissed([view(false), one]), JSON.stringify(one));
});

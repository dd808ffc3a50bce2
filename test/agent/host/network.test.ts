/** What this host carries. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { monotonicMs } from "../../../agent/host/clock.ts";
import { carries } from "../../../agent/host/network.ts";

test("loopback's address is on this host, and one of the documentation is not", () => {
  assert.equal(carries("127.0.0.1"), true);
  assert.equal(carries("192.0.2.1"), false);
  assert.equal(carries(""), false);
});

test("the clock goes forward in less than a millisecond", () => {
  const begun = monotonicMs();
  let steps = 0;
  for (let last = begun; last < begun + 2; steps += 1) {
    const now = monotonicMs();
    assert.ok(now >= last);
    last = now;
  }
  assert.ok(steps > 4);
});

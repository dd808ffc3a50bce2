/** What the emulated cloud remembers of a lab that runs for days. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startEmpty } from "./cloud.ts";

const idOf = (n: number): string => `d0000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

test("only the latest requests and events are remembered, and each request gets its own answer", async (context) => {
  const cloud = await startEmpty({ rememberedMin: 5 });
  context.after(() => cloud.close());
  for (let n = 0; n < 30; n += 1) {
    // Two at once: an answer that went to the other would be seen.
    const paths = ["zone", `instance/${idOf(n)}`];
    const answers = await Promise.all(paths.map((path) => fetch(`${cloud.endpoint}/${path}`)));
    assert.deepEqual(
      answers.map(({ ok }) => ok),
      [true, false],
    );
    for (const all of [cloud.requests, cloud.events])
      assert.ok(all.length <= 10 && all.length >= Math.min(n, 5), `${all.length} after ${n}`);
  }
  assert.ok(cloud.requests.slice(-2).some(({ target }) => target.endsWith(idOf(29))));
});

/** What the emulated cloud remembers of a lab that runs for days. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startEmpty } from "./cloud.ts";

const idOf = (n: number): string => `d0000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

test("only the latest requests and events are remembered, and each request gets its own answer", async (context) => {
  // Slow ones, so that many are under way when the oldest are dropped.
  const cloud = await startEmpty({ rememberedMin: 5, settings: { answerMs: [100, 100] } });
  context.after(() => cloud.close());
  for (let turn = 0; turn < 3; turn += 1) {
    const paths = Array.from({ length: 20 }, (_, n) => (n % 2 ? `instance/${idOf(n)}` : "zone"));
    const answers = await Promise.all(paths.map((path) => fetch(`${cloud.endpoint}/${path}`)));
    assert.deepEqual(
      answers.map(({ ok }) => ok),
      paths.map((path) => path === "zone"),
    );
    for (const all of [cloud.requests, cloud.events])
      assert.ok(all.length >= 5 && all.length <= 10, `${all.length}`);
  }
});

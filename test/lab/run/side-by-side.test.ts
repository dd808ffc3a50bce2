/** Of what is made side by side, what is still waited for is told when the rest is done. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { tellingAll } from "../../../lab/run/plan.ts";

test("the line says what each is doing, and forgets what is done", async () => {
  const told: string[] = [];
  const tell = tellingAll((text) => told.push(text));
  const ends = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const engine = tell(async (report) => {
    report("waiting for the engine that process 7 is making …");
    await ends[0].promise;
  });
  const image = tell(async (report) => {
    report("Debian 13: installing");
    report("Debian 13: success in 111.6 seconds");
    await ends[1].promise;
  });
  ends[1].resolve();
  await image;
  assert.equal(told.at(-1), "waiting for the engine that process 7 is making …");
  assert.ok(told.includes(`${told.at(-1)}; Debian 13: installing`), told.join("\n"));
  const before = told.length;
  ends[0].resolve();
  await engine;
  assert.equal(told.length, before);
});

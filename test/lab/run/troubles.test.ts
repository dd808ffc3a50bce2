/** What went wrong in the lab itself is told at the end, however the run ended. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { tellingTroubles } from "../../../lab/run/troubles.ts";

const told = () => {
  const said: string[] = [];
  return { said, progress: { say: (text: string) => void said.push(text) } };
};

test("trouble while all is taken down is told, and the run was not fine", async () => {
  const { said, progress } = told();
  const fine = await tellingTroubles(progress, async (onTrouble) => {
    try {
      return true;
    } finally {
      onTrouble(new Error("the client does not end"));
    }
  });
  assert.equal(fine, false);
  assert.deepEqual(said, ["the lab itself had trouble: the client does not end"]);
});

test("of a run that was broken off as well", async () => {
  const { said, progress } = told();
  const broken = tellingTroubles(progress, async (onTrouble) => {
    onTrouble("nobody answers");
    throw new Error("ended");
  });
  await assert.rejects(broken, /ended/);
  assert.deepEqual(said, ["the lab itself had trouble: nobody answers"]);
  assert.equal(await tellingTroubles(progress, async () => true), true);
});

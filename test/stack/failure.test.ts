/** Why something failed, in words for whoever has to mend it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { reasonOf } from "../../stack/failure.ts";

const thrownBy = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

test("what the system refuses is told in words", () => {
  assert.equal(reasonOf(thrownBy(() => readFileSync("/nowhere"))), "there is no such file");
  assert.equal(reasonOf(thrownBy(() => readFileSync("/"))), "it is a directory");
});

test("what has no words of ours keeps its own, whatever its code", () => {
  const busy = Object.assign(new Error("EBUSY: resource busy or locked"), { code: "EBUSY" });
  assert.equal(reasonOf(busy), "EBUSY: resource busy or locked");
  const remote = Object.assign(new Error("2 UNKNOWN: the bucket is gone"), { code: 2 });
  assert.equal(reasonOf(remote), "2 UNKNOWN: the bucket is gone");
  assert.equal(reasonOf("no more"), "no more");
});

/** People know hosts by name, so what befalls one that boots is told by its name. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lab } from "../../../lab/lab.ts";
import { untilBooted } from "../../../lab/run/stand-up.ts";
import { WorldFailure } from "../../../stack/failure.ts";

const labWhere = (error: Error): Lab => {
  const fabric = { untilBooted: async () => Promise.reject(error) };
  return { fabric, hostOf: () => "lb2" } as unknown as Lab;
};

test("a host that ends before it has booted is called by its name", () => {
  const ended = new WorldFailure("some-id ended before it had booted", "was it killed?");
  return assert.rejects(untilBooted(labWhere(ended), "some-id"), {
    message: "lb2 ended before it had booted; was it killed?",
  });
});

test("a bug stays what it is", () =>
  assert.rejects(
    untilBooted(labWhere(new TypeError("some-id")), "some-id"),
    /^TypeError: some-id$/,
  ));

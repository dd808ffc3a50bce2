/** People know hosts by name, so what befalls one that boots is told by its name. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lab } from "../../../lab/lab.ts";
import { standUp, untilBooted } from "../../../lab/run/stand-up.ts";
import type { Progress } from "../../../lab/view/progress.ts";
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

test("what a host says of its user-data is told with it: the lab goes down then", async () => {
  const journal = [
    "2026-11-22T06:00:00 lb1 cloud-init[99]: Reading package lists...",
    "2026-11-22T06:00:01 lb1 cloud-init[99]: log_util.py[WARNING]: Failure when attempting to install packages: ['htop']",
    "2026-11-22T06:00:01 lb1 haproxy[7]: Server failed",
  ];
  const whole = {
    hostOf: () => "lb1",
    deployment: { isStandIn: true, up: async () => {} },
    settled: async () => {},
    cloud: { world: () => ({ instances: { a: { id: "a" } } }) },
    fabric: {
      untilBooted: async () => ({
        errors: ["Failed to install the following packages: {'htop'}"],
        seconds: 3,
      }),
      journal: async () => journal.join("\n"),
    },
  };
  const progress: Progress = { step: (_, work) => work(() => {}), say: () => {} };
  await assert.rejects(standUp(whole as unknown as Lab, progress), (error) => {
    assert.ok(error instanceof WorldFailure);
    const said =
      "lb1: cloud-init reports Failed to install the following packages: {'htop'}\n  log_util.py[WARNING]: Failure when attempting to install packages: ['htop']";
    assert.equal(error.problem, said);
    assert.match(error.fix, /docs\/lab\.md names/);
    return true;
  });
});

test("a bug stays what it is", () =>
  assert.rejects(
    untilBooted(labWhere(new TypeError("some-id")), "some-id"),
    /^TypeError: some-id$/,
  ));

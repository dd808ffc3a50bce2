/** The bundle on each Node that a distribution brings: it starts, fails over, and hands over. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import { agentBundle } from "../../../cli/agent-bundle.ts";
import { startGroup, until } from "./group.ts";
import { runtime, versions } from "./runtimes.ts";

describe("the bundle", { concurrency: true }, () => {
  for (const version of versions) {
    test(`on Node ${version}: a failover and a clean stop`, async (context) => {
      const node = runtime(version);
      const told = execFileSync(node, ["-p", "process.versions.node"], { encoding: "utf8" });
      assert.equal(told.trim(), version);
      const group = await startGroup(context, { node, intervalMs: 1_000 });
      group.start("lb1");
      await until("held by lb1", () => group.holders().join() === "lb1", group);
      group.start("lb2");
      const heard = (by: string): number => group.log(by).split("is heard both ways").length - 1;
      await until("they hear each other", () => heard("lb1") > 0 && heard("lb2") > 0, group);
      group.signal("lb1", "SIGTERM");
      assert.equal(await group.ended("lb1"), 0, group.log("lb1"));
      assert.deepEqual(group.holders(), ["lb2"]);
      group.start("lb1");
      await until("lb2 hears lb1", () => heard("lb2") > 1, group);
      group.signal("lb2", "SIGKILL");
      await until("held by lb1", () => group.holders().join() === "lb1", group);
    });
  }

  test("runs as a program of its own", async () => {
    const { file, text } = await agentBundle("exoscale");
    assert.match(text, /^#!\/usr\/bin\/env node\n"use strict";/);
    assert.doesNotMatch(text, /require\("node:/);
    assert.match(execFileSync(file, ["version"], { encoding: "utf8" }), /^\d+\.\d+\.\d+\n$/);
  });
});

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
      const group = await startGroup(context, { node });
      group.start("lb1");
      await until("held by lb1", () => group.holders().join() === "lb1", group);
      group.start("lb2");
      await until("lb1 hears lb2", () => group.log("lb1").includes("is heard both ways"), group);
      group.signal("lb1", "SIGTERM");
      assert.equal(await group.ended("lb1"), 0, group.log("lb1"));
      assert.deepEqual(group.holders(), ["lb2"]);
      group.start("lb1");
      await until("lb2 hears lb1", () => /heard[^]*silent[^]*heard/.test(group.log("lb2")), group);
      group.signal("lb2", "SIGKILL");
      await until("held by lb1", () => group.holders().join() === "lb1", group);
    });
  }

  test("is the same for the same sources, and runs as a program of its own", async () => {
    const { file, text } = await agentBundle("exoscale");
    assert.match(text, /^#!\/usr\/bin\/env node\n"use strict";/);
    assert.doesNotMatch(text, /require\("node:/);
    assert.match(execFileSync(file, ["version"], { encoding: "utf8" }), /^\d+\.\d+\.\d+\n$/);
  });
});

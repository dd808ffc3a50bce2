/** An agent that waits to learn who it is: what people and the system do to it meanwhile. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Group, pause, startGroup, until } from "./group.ts";

/** Nothing answers there at a network's end, so the agent waits for the metadata server. */
async function waiting(context: Parameters<typeof startGroup>[0]): Promise<Group> {
  const group = await startGroup(context, {
    config: (_node, { instance: _, ...config }) => config,
  });
  group.start("lb1");
  await until("it waits", () => group.log("lb1").includes("waits for the metadata"), group);
  return group;
}

describe("an agent that does not know yet who it is", { concurrency: true }, () => {
  test("takes every signal: none ends it or opens the debugger", async (context) => {
    const group = await waiting(context);
    for (const signal of ["SIGHUP", "SIGUSR1", "SIGUSR2"] as const) group.signal("lb1", signal);
    await pause(1_000);
    assert.doesNotMatch(group.log("lb1"), /Debugger/);
    process.kill(group.pid("lb1"), 0);
  });

  test("stops at once, since it has nothing to hand over", async (context) => {
    const group = await waiting(context);
    group.signal("lb1", "SIGTERM");
    assert.equal(await group.ended("lb1"), 0);
    assert.match(group.log("lb1"), /stopped/);
  });
});

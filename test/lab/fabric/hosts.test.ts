/** How long a host that boots is waited for, without a machine. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { Running } from "../../../lab/fabric/boot.ts";
import { hostActions } from "../../../lab/fabric/hosts.ts";
import type { Inside } from "../../../lab/fabric/inside.ts";
import { planPlace } from "../../../lab/fabric/place.ts";
import { makeQueue } from "../../../lab/fabric/queue.ts";
import { emptyState } from "../../../lab/fabric/state.ts";
import { withScratch } from "../../real/scratch.ts";

test("a host that is stopped and started in order is waited for, and no other that is off", () =>
  withScratch(async (folder) => {
    const place = planPlace("baton-unit", folder);
    const running = new Map<string, Running>();
    const queue = makeQueue();
    const plain = { place: { ...place, cgroup: join(folder, "cgroup") }, options: {}, queue };
    const hosts = hostActions({ ...plain, state: () => emptyState } as unknown as Inside, running);
    const { promise: ended, resolve: end } = Promise.withResolvers<"off">();
    running.set("lb1", { askToEnd: () => {}, startedAt: Date.now(), ended });
    const orders = [hosts.stopHost("lb1"), hosts.startHost("lb1")];
    // Its orders are over, though they failed: the fabric knows no such host.
    for (const order of [hosts.startHost, hosts.rebootHost])
      await assert.rejects(order("lb2"), /there is no host lb2/);
    await Promise.all([
      assert.rejects(hosts.untilBooted("lb1", 5000), /has not finished its first boot in 5 s/),
      assert.rejects(hosts.untilBooted("lb2", 5000), /lb2 ended before it had booted/),
    ]);
    end("off");
    assert.deepEqual(
      (await Promise.allSettled(orders)).map(({ status }) => status),
      ["rejected", "rejected"],
    );
    await assert.rejects(hosts.untilBooted("lb1", 5000), /lb1 ended before it had booted/);
  }));

/** What people want of a running agent, and what they are answered. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { start } from "../../agent/core/start.ts";
import type { Event } from "../../agent/core/state.ts";
import { obey } from "../../agent/orders.ts";
import { settingsOf } from "../../agent/settings.ts";
import { election } from "./status/sample.ts";

const config = {
  version: 1,
  stack: "shop",
  node: "lb1",
  cloud: { provider: "exoscale", zone: "ch-gva-2" },
  addresses: [],
  election,
  health: [],
  credentialsFile: "/x",
  stateDirectory: "/x",
} as const;

/** An agent of that priority; `told` is what its core was. */
function agent(priority: number, trouble?: string) {
  const told: Event[] = [];
  const state = { ...start(settingsOf(config, "id", "boot", { settleMs: 0 }), 0, 0.5), priority };
  const pump = {
    emit: (event: Event) => void told.push(event),
    state: () => state,
    wake: () => undefined,
    stop: () => undefined,
  };
  const ask = (name: string, value: string) =>
    obey({ pump }, name, value, { save: async () => trouble });
  return { ask, told };
}

test("a priority is set as it is given, and a step ends at 1 and 255", async () => {
  const set: readonly [from: number, value: string, to: number][] = [
    [10, "0", 0],
    [10, "255", 255],
    [10, "999", 255],
    [10, "+1", 11],
    [10, "-1", 9],
    [1, "-1", 1],
    [0, "-1", 0],
    [0, "+1", 1],
    [255, "+1", 255],
  ];
  for (const [from, value, priority] of set) {
    const { ask, told } = agent(from);
    assert.equal(await ask("priority", value), undefined);
    assert.deepEqual(told, [{ type: "priority", priority }], `${from} ${value}`);
  }
  for (const value of ["", "high", "1e1", "1.5", "+", "--1", "1000"]) {
    const { ask, told } = agent(10);
    assert.equal(await ask("priority", value), "priority is +1, -1 or 0 to 255");
    assert.deepEqual(told, [], value);
  }
});

test("maintenance that a restart would end says so, and begins all the same", async () => {
  const { ask, told } = agent(10, "disk full");
  assert.equal(
    await ask("maintenance", "on"),
    "maintenance is on until the next restart only: disk full",
  );
  assert.deepEqual(told, [{ type: "maintenance", on: true }]);
  assert.equal(await agent(10).ask("maintenance", "off"), undefined);
  assert.equal(await agent(10).ask("maintenance", "maybe"), "maintenance is on or off");
});

test("what is no command is named", async () => {
  assert.equal(await agent(10).ask("reboot", ""), "no such command: reboot");
});

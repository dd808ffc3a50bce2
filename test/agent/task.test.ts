/** What an agent runs by: its files, read anew for a rotation. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fromFiles } from "../../agent/task.ts";
import { election } from "./status/sample.ts";

const key = (byte: number): string => Buffer.alloc(32, byte).toString("base64");

test("secrets that a rotation brings are kept out of the log as well", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "baton-task-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const at = (name: string): string => join(folder, name);
  const config = {
    version: 1,
    stack: "shop",
    node: "lb1",
    cloud: { provider: "exoscale", zone: "ch-gva-2" },
    addresses: [{ name: "web", ip: "198.51.100.50", interface: "lo", ranks: { lb1: 0 } }],
    election,
    health: [],
    credentialsFile: at("keys"),
    stateDirectory: folder,
  };
  writeFileSync(at("agent.json"), JSON.stringify(config));
  const write = (...heartbeatKeys: readonly string[]): void =>
    writeFileSync(
      at("keys"),
      JSON.stringify({ cloud: { key: "EXO1", secret: "s" }, heartbeatKeys }),
    );
  write(key(1));
  const task = fromFiles(at("agent.json"));
  assert.deepEqual(task.secrets(), ["EXO1", "s", key(1)]);
  write(key(2));
  task.credentials();
  assert.deepEqual(task.secrets(), ["EXO1", "s", key(1), key(2)]);
});

/** What runs at a lab's desk ends with the lab, before the folder goes that it writes into. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createFabric } from "../../lab/fabric/fabric.ts";

test("a command at the desk is ended with all that it has started, and nothing stays", async () => {
  const name = `baton-desk-${process.pid}`;
  const folder = `/run/${name}`;
  const fabric = createFabric({ name });
  await fabric.up();
  const locks = `${folder}/engine/state/.pulumi/locks`;
  const writing = `while :; do mkdir -p ${locks}; sleep 0.01; done`;
  // As an engine does: in a session of its own, which no signal to the command reaches.
  const line = `setsid sh -c '${writing}' & echo begun; exec sleep 1000`;
  const [program = "", ...args] = fabric.atDesk(["sh", "-c", line]);
  const desk = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  await once(desk.stdout, "data");
  const closed = once(desk, "close");
  await fabric.down();
  const [code, signal] = await closed;
  assert.deepEqual([code, signal], [null, "SIGKILL"]);
  await pause(200);
  assert.ok(!existsSync(folder), "it was made anew");
  assert.deepEqual(fabric.leftovers(), []);
});

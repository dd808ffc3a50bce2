/** The measuring client itself, asking a server on loopback. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isAnswered, type Sample } from "../../../lab/client/measure.ts";

const program = fileURLToPath(new URL("../../../lab/client/main.ts", import.meta.url));
const timeoutMs = 800;

let server: Server;
let isSilent = false;

before(async () => {
  // An answer takes as long as a tick, so that a request is always under way.
  server = createServer((_, response) => {
    if (!isSilent) setTimeout(() => response.end("<title>app1</title>"), 20);
  });
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
});

after(() => {
  server.closeAllConnections();
  server.close();
});

/** All that a client says of the time in which something happens to it. */
async function samplesOf(happens: (signal: (name: NodeJS.Signals) => void) => Promise<unknown>) {
  const { port } = server.address() as AddressInfo;
  const argv = [program, `http://127.0.0.1:${port}/`, "20", String(timeoutMs)];
  const client = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  client.stdout.on("data", (data) => {
    text += data;
  });
  const ended = new Promise((done) => {
    client.on("close", done);
  });
  try {
    while (!text.includes("\n")) await wait(20);
    await happens((name) => client.kill(name));
  } finally {
    client.kill("SIGTERM");
    await ended;
  }
  return text
    .trim()
    .split("\n")
    .map((line): Sample => JSON.parse(line));
}

test("no request fails since the client itself stood still", async () => {
  const samples = await samplesOf(async (signal) => {
    for (const ms of [810, 1000, 1500]) {
      signal("SIGSTOP");
      await wait(ms);
      signal("SIGCONT");
      await wait(500);
    }
  });
  assert.deepEqual(
    samples.filter((one) => !isAnswered(one)),
    [],
  );
});

test("what is not answered in time fails, and says how long it was waited for", async () => {
  isSilent = true;
  const samples = await samplesOf(() => wait(1500));
  isSilent = false;
  assert.ok(samples.length > 1);
  for (const one of samples) {
    assert.equal(one.error, "not answered within 0.8 s");
    assert.ok(one.ms >= timeoutMs, `given up after ${one.ms} ms`);
  }
});

/** What a person is told when the agent on this host does not answer as it should. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { askAgent } from "../../../agent/status/client.ts";
import { folder, leaveStale } from "./socket.ts";

async function listen(
  t: TestContext,
  path: string,
  connected: (socket: Socket) => void,
): Promise<void> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    connected(socket);
  });
  server.listen(path);
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
}

async function serve(t: TestContext, path: string, listener: RequestListener): Promise<void> {
  const server = createHttpServer(listener).listen(path);
  await once(server, "listening");
  t.after(() => server.close());
}

test("gives the answer as it came, be it good or bad", async (t) => {
  const path = join(folder(t), "s");
  await serve(t, path, ({ method, url }, response) => {
    response.writeHead(method === "POST" ? 400 : 200);
    response.end(`${method} ${url} \u00fc`);
  });
  assert.deepEqual(await askAgent(path, "GET", "/status"), {
    code: 200,
    text: "GET /status \u00fc",
  });
  const refused = await askAgent(path, "POST", "/priority/high");
  assert.deepEqual(refused, { code: 400, text: "POST /priority/high \u00fc" });
});

test("no agent: says how to look after it", async (t) => {
  const path = join(folder(t), "s");
  const none = { message: `no agent runs here: systemctl status baton (${path}: ENOENT)` };
  await assert.rejects(askAgent(path, "GET", "/status"), none);
  await leaveStale(path);
  const dead = { message: `no agent runs here: systemctl status baton (${path}: ECONNREFUSED)` };
  await assert.rejects(askAgent(path, "GET", "/status"), dead);
});

test("not allowed: says who is", async (t) => {
  const path = join(folder(t), "s");
  await listen(t, path, (socket) => socket.end());
  chmodSync(path, 0o000);
  // Root may always; nobody may not.
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(65_534);
  const asked = askAgent(path, "GET", "/status");
  if (root) process.seteuid?.(0);
  await assert.rejects(asked, {
    message: `${path} is for root and the agent's group only: use sudo`,
  });
});

test("an answer that breaks off is none", async (t) => {
  const path = join(folder(t), "s");
  await listen(t, path, (socket) =>
    socket.once("data", () =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"version"'),
    ),
  );
  await assert.rejects(askAgent(path, "GET", "/status"), { message: `no whole answer on ${path}` });
});

test("an agent that stands still is not waited for", async (t) => {
  const path = join(folder(t), "s");
  await listen(t, path, () => undefined);
  await assert.rejects(askAgent(path, "GET", "/status"), { message: `no answer on ${path}` });
});

test("an endless answer does not fill the memory", async (t) => {
  const path = join(folder(t), "s");
  const part = "x".repeat(1 << 16);
  await serve(t, path, (_request, response) => {
    for (let count = 0; count < 64; count += 1) response.write(part);
    response.end();
  });
  const { text } = await askAgent(path, "GET", "/status");
  assert.ok(text.length < 1.5 * (1 << 20), String(text.length));
});

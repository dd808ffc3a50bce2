/** The status served for real: on a socket in a folder, and on a port of loopback. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { lstatSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type ServerParts, serveStatus } from "../../../agent/status/server.ts";
import { address, sample } from "./sample.ts";
import { ask, askUntil, folder, leaveStale } from "./socket.ts";

type Served = {
  readonly socketPath: string;
  readonly troubles: string[];
  readonly commands: string[];
  readonly stop: () => void;
};

function serve(t: TestContext, changes: Partial<ServerParts> = {}): Served {
  const socketPath = changes.socket ?? join(folder(t), "status.sock");
  const troubles: string[] = [];
  const commands: string[] = [];
  const { stop } = serveStatus({
    socket: socketPath,
    status: () => sample(),
    metrics: () => "baton_healthy 1\n",
    async command(name, value) {
      commands.push(`${name} ${value}`);
      return name === "handover" || name === "maintenance" ? undefined : `no such command: ${name}`;
    },
    onTrouble: (text) => troubles.push(text),
    ...changes,
  });
  t.after(stop);
  return { socketPath, troubles, commands, stop };
}

async function until(holds: () => boolean, what: string): Promise<void> {
  for (let left = 2_000; !holds(); left -= 1) {
    assert.ok(left > 0, what);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A port that nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

test("the status is JSON on one line", async (t) => {
  const { socketPath } = serve(t);
  const { code, headers, text } = await askUntil({ socketPath, path: "/status" });
  assert.equal(code, 200);
  assert.equal(headers["content-type"], "application/json");
  assert.match(text, /^[^\n]+\n$/);
  assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(sample())));
});

test("/healthz proves possession of all addresses, or of the one that is asked about", async (t) => {
  let addresses = [address(), address({ ip: "203.0.113.8", holds: false, why: "stands by" })];
  const { socketPath } = serve(t, { status: () => sample({ addresses }) });
  const all = await askUntil({ socketPath, path: "/healthz" });
  assert.equal(all.code, 503);
  assert.equal(all.text, '{"holds":false,"why":"203.0.113.8: stands by"}\n');
  const one = await ask({ socketPath, path: "/healthz?address=203.0.113.7" });
  assert.equal(one.code, 200);
  assert.equal(one.text, '{"holds":true,"why":"held, as the cloud shows"}\n');
  addresses = [address({ seenMs: 60_000 })];
  assert.equal((await ask({ socketPath, path: "/healthz" })).code, 503);
});

test("metrics have the type of their format", async (t) => {
  const { socketPath } = serve(t);
  const { headers, text } = await askUntil({ socketPath, path: "/metrics" });
  assert.equal(headers["content-type"], "text/plain; version=0.0.4");
  assert.equal(text, "baton_healthy 1\n");
});

test("HEAD gives the headers alone", async (t) => {
  const { socketPath } = serve(t);
  const { code, headers, text } = await askUntil({ socketPath, path: "/metrics", method: "HEAD" });
  assert.deepEqual([code, headers["content-length"], text], [200, "16", ""]);
});

test("before the node knows who it is, metrics are served and nothing is claimed", async (t) => {
  const { socketPath } = serve(t, { status: () => undefined });
  for (const [path, code] of [
    ["/metrics", 200],
    ["/healthz", 503],
    ["/status", 503],
  ] as const)
    assert.equal((await askUntil({ socketPath, path })).code, code, path);
});

test("commands are taken on the socket, and refused with the reason", async (t) => {
  const { socketPath, commands } = serve(t);
  const done = await askUntil({ socketPath, path: "/maintenance/on", method: "POST" });
  assert.deepEqual([done.code, done.text], [200, '{"done":true}\n']);
  const refused = await ask({ socketPath, path: "/dance", method: "POST" });
  assert.deepEqual([refused.code, refused.text], [400, '{"error":"no such command: dance"}\n']);
  assert.deepEqual(commands, ["maintenance on", "dance "]);
});

test("what is not served is answered in a line of JSON", async (t) => {
  const { socketPath, commands } = serve(t);
  const missing = await askUntil({ socketPath, path: "/nothing" });
  assert.equal(missing.code, 404);
  const wrong = await ask({ socketPath, path: "/status", method: "DELETE" });
  assert.equal(wrong.code, 405);
  for (const { text } of [missing, wrong]) assert.match(text, /^\{"error":".+"\}\n$/);
  assert.deepEqual(commands, []);
});

test("over TCP the status is read and no command is taken", async (t) => {
  const port = await freePort();
  const { socketPath, commands } = serve(t, { listen: `127.0.0.1:${port}` });
  const over = { host: "127.0.0.1", port };
  assert.equal((await askUntil({ ...over, path: "/status" })).code, 200);
  assert.equal((await ask({ ...over, path: "/handover", method: "POST" })).code, 405);
  assert.deepEqual(commands, []);
  const done = await askUntil({ socketPath, path: "/handover", method: "POST" });
  assert.equal(done.code, 200);
});

test("root and the agent's group alone may use the socket", async (t) => {
  const { socketPath } = serve(t);
  await askUntil({ socketPath, path: "/status" });
  await until(() => (statSync(socketPath).mode & 0o777) === 0o660, "the mode is 0660");
});

test("the socket that a killed agent left behind is taken over", async (t) => {
  const socket = join(folder(t), "s");
  await leaveStale(socket);
  const { troubles } = serve(t, { socket });
  assert.equal((await askUntil({ socketPath: socket, path: "/status" })).code, 200);
  assert.deepEqual(troubles, []);
});

test("a living agent keeps its socket, and is followed when it goes", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const socket = join(folder(t), "s");
  const first = createHttpServer((_, response) => response.end("first")).listen(socket);
  await once(first, "listening");
  const { troubles } = serve(t, { socket });
  for (let round = 0; round < 3; round += 1) {
    await until(() => troubles.length > round, "the trouble is told");
    assert.equal((await ask({ socketPath: socket, path: "/status" })).text, "first");
    t.mock.timers.tick(5_000);
  }
  await until(() => troubles.length > 3, "the trouble is told again");
  assert.equal(troubles[0], `status cannot be served on ${socket}: EADDRINUSE; trying again`);
  first.close();
  await once(first, "close");
  t.mock.timers.tick(5_000);
  assert.match((await askUntil({ socketPath: socket, path: "/status" })).text, /^\{/);
});

test("a file that is no socket is left alone", async (t) => {
  const socket = join(folder(t), "s");
  writeFileSync(socket, "precious");
  const { troubles } = serve(t, { socket });
  await until(() => troubles.length > 0, "the trouble is told");
  // What is removed is removed after the trouble was told.
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(lstatSync(socket).isFile());
  assert.equal(readFileSync(socket, "utf8"), "precious");
});

test("the socket's folder is made where it is missing", async (t) => {
  const { socketPath, troubles } = serve(t, { socket: join(folder(t), "run", "s") });
  assert.equal((await askUntil({ socketPath, path: "/status" })).code, 200);
  assert.deepEqual(troubles, []);
});

test("a folder that comes later and a port that is freed are tried again", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const inside = join(folder(t), "run", "baton");
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const socket = join(inside, "s");
  const { troubles } = serve(t, { socket, listen: `127.0.0.1:${port}` });
  await until(() => troubles.length === 2, "both troubles are told");
  // Node says of a folder that is not there that it has no access.
  assert.deepEqual([...troubles].sort(), [
    `status cannot be served on ${socket}: EACCES; make ${inside} this account's`,
    `status cannot be served on 127.0.0.1:${port}: EADDRINUSE; trying again`,
  ]);
  mkdirSync(inside, { recursive: true });
  taken.close();
  await once(taken, "close");
  t.mock.timers.tick(5_000);
  assert.equal((await askUntil({ socketPath: socket, path: "/status" })).code, 200);
  assert.equal((await askUntil({ host: "127.0.0.1", port, path: "/status" })).code, 200);
});

test("a status that fails is told, and the next one is served", async (t) => {
  let broken = true;
  const { socketPath, troubles } = serve(t, {
    status() {
      if (broken) throw new Error("no file descriptors");
      return sample();
    },
  });
  const { code, text } = await askUntil({ socketPath, path: "/status" });
  assert.deepEqual([code, text], [500, '{"error":"Error: no file descriptors"}\n']);
  assert.deepEqual(troubles, ["status fails: Error: no file descriptors"]);
  broken = false;
  assert.equal((await ask({ socketPath, path: "/status" })).code, 200);
});

/** All that comes until the other side ends. */
function talk(socketPath: string, says: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    let heard = "";
    socket.on("data", (part) => {
      heard += String(part);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(heard));
    if (says) socket.write(says);
  });
}

test("a body that never ends is not waited for", async (t) => {
  const { socketPath, commands } = serve(t);
  await askUntil({ socketPath, path: "/status" });
  const head = "POST /handover HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\nbody";
  assert.match(await talk(socketPath, head), /^HTTP\/1\.1 200 OK\r\n/);
  assert.deepEqual(commands, ["handover "]);
});

test("what is no request, or is too long, is refused and the connection ended", async (t) => {
  const { socketPath } = serve(t);
  await askUntil({ socketPath, path: "/status" });
  assert.match(await talk(socketPath, "\x00\x01 nonsense\r\n\r\n"), /^HTTP\/1\.1 400 /);
  const long = `GET /status HTTP/1.1\r\nhost: x\r\nx: ${"x".repeat(100_000)}`;
  assert.match(await talk(socketPath, long), /^HTTP\/1\.1 431 |^$/);
  assert.equal((await ask({ socketPath, path: "/status" })).code, 200);
});

test("connections are bounded, and one that says nothing is ended", async (t) => {
  const { socketPath } = serve(t);
  await askUntil({ socketPath, path: "/status" });
  const idle: Socket[] = [];
  t.after(() => {
    for (const socket of idle) socket.destroy();
  });
  for (let count = 0; count < 32; count += 1) {
    const socket = connect(socketPath);
    idle.push(socket);
    socket.resume();
    await once(socket, "connect");
  }
  const ended = idle.map((socket) => once(socket, "close"));
  assert.equal(await talk(socketPath, ""), "");
  assert.ok(
    idle.every(({ destroyed }) => !destroyed),
    "the first ones stay",
  );
  await Promise.all(ended);
  assert.equal((await ask({ socketPath, path: "/status" })).code, 200);
});

test("after a stop nobody listens, and no file is left", async (t) => {
  const port = await freePort();
  const { socketPath, stop } = serve(t, { listen: `127.0.0.1:${port}` });
  await askUntil({ socketPath, path: "/status" });
  await askUntil({ host: "127.0.0.1", port, path: "/status" });
  stop();
  await assert.rejects(ask({ socketPath, path: "/status" }), { code: "ENOENT" });
  await assert.rejects(ask({ host: "127.0.0.1", port, path: "/" }), { code: "ECONNREFUSED" });
});

test("after a stop nothing is tried again", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const inside = join(folder(t), "run", "baton");
  const { troubles, stop } = serve(t, { socket: join(inside, "s") });
  await until(() => troubles.length === 1, "the trouble is told");
  stop();
  mkdirSync(inside, { recursive: true });
  t.mock.timers.tick(60_000);
  await assert.rejects(askUntil({ socketPath: join(inside, "s"), path: "/" }), { code: "ENOENT" });
});

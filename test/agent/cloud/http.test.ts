/** The HTTP call under servers that behave badly: what it says, when, and over which connection. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createHttp, type Http, type HttpOptions } from "../../../agent/cloud/http.ts";
import { ids } from "../../lab/world.ts";
import { startDouble, within } from "./double.ts";

const nowMs = (): number => performance.now();

async function client(
  t: TestContext,
  server: Server,
  options: Partial<HttpOptions> = {},
): Promise<Http> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const http = createHttp({ base: `http://127.0.0.1:${port}`, nowMs, ...options });
  t.after(() => {
    http.drop();
    server.close();
  });
  return http;
}

const serve = (t: TestContext, listener: RequestListener, options?: Partial<HttpOptions>) =>
  client(t, createServer(listener), options);

const get = { method: "GET", path: "/", headers: {}, timeoutMs: 4000 };
const put = { ...get, method: "PUT", body: "x" };

test("a deadline ends the call and destroys its socket", async (t) => {
  const sockets: Socket[] = [];
  const http = await client(
    t,
    createTcpServer((socket) => sockets.push(socket)),
  );
  const beganMs = nowMs();
  const result = await http.call({ ...put, timeoutMs: 100 });
  const tookMs = nowMs() - beganMs;
  assert.ok(tookMs >= 95 && tookMs < 1000, String(tookMs));
  assert.equal(result.kind, "lost");
  const [socket] = sockets;
  assert.ok(socket);
  socket.resume();
  await once(socket, "close");
});

test("a server that trickles its body is cut at the same deadline", async (t) => {
  const http = await serve(t, (_, response) => {
    const timer = setInterval(() => response.write("x"), 20);
    response.on("close", () => clearInterval(timer));
  });
  const beganMs = nowMs();
  assert.equal((await http.call({ ...get, timeoutMs: 150 })).kind, "lost");
  assert.ok(nowMs() - beganMs < 1500);
});

test("a body over the bound is given up", async (t) => {
  const listener: RequestListener = (_, response) => response.end("x".repeat(2000));
  const http = await serve(t, listener, { bodyBytesMax: 1000 });
  assert.equal((await http.call(get)).kind, "lost");
});

test("a body that ends before its length is no answer", async (t) => {
  const http = await serve(t, (_, response) => {
    response.writeHead(200, { "content-length": 100 });
    response.write("half", () => response.destroy());
  });
  assert.deepEqual(await http.call(get), { kind: "lost", message: "answer cut short" });
});

test("a kept connection that the server closed costs one resend of the same bytes", async (t) => {
  let bodies = "";
  let connections = 0;
  const server = createTcpServer((socket) => {
    connections += 1;
    let requests = 0;
    socket.on("data", (data) => {
      requests += 1;
      // The second request of the first connection finds it closed, as behind a load balancer.
      if (connections === 1 && requests === 2) return socket.resetAndDestroy();
      bodies += String(data);
      return socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    });
  });
  const http = await client(t, server);
  assert.equal((await http.call(get)).kind, "answer");
  assert.equal((await http.call(put)).kind, "answer");
  assert.equal(connections, 2);
  assert.equal(bodies.match(/PUT/g)?.length, 1);
});

test("a new connection that breaks is not tried again", async (t) => {
  let connections = 0;
  const server = createTcpServer((socket) => {
    connections += 1;
    socket.on("data", () => socket.destroy());
    socket.on("error", () => undefined);
  });
  const http = await client(t, server);
  assert.equal((await http.call(put)).kind, "lost");
  assert.equal(connections, 1);
});

test("tells the server's clock, and Retry-After as seconds and as a date, up to an hour", async (t) => {
  const date = "Sat, 21 Nov 2026 10:00:00 GMT";
  const values: (string | undefined)[] = [];
  const http = await serve(t, (_, response) => {
    response.setHeader("date", date);
    const value = values.shift();
    if (value !== undefined) response.setHeader("retry-after", value);
    response.end();
  });
  for (const [value, ms] of [
    ["7", 7000],
    ["Sat, 21 Nov 2026 10:00:30 GMT", 30_000],
    ["Sat, 21 Nov 2026 09:00:00 GMT", 0],
    ["999999999", 3_600_000],
    ["soon", undefined],
    [undefined, undefined],
  ] as const) {
    values.push(value);
    const result = await http.call(get);
    assert.ok(result.kind === "answer");
    assert.equal(result.answer.dateMs, Date.parse(date));
    assert.equal(result.answer.retryAfterMs, ms, value);
  }
});

test("a port where nobody listens, and a name that nobody knows, are unreachable", async () => {
  for (const base of ["http://127.0.0.1:9", "http://[::1]:9", "http://nobody.invalid"]) {
    const result = await createHttp({ base, nowMs }).call({ ...put, timeoutMs: 3000 });
    assert.equal(result.kind, "unreachable", base);
    // In brackets, an address would be looked up as a name.
    if (base.includes("[") && result.kind === "unreachable")
      assert.doesNotMatch(result.message, /ENOTFOUND|EAI_AGAIN/);
  }
});

test("what HTTP cannot carry is an end like another, and does not show it", async (t) => {
  const http = await serve(t, (_, response) => response.end("{}"));
  const ends = [
    await http.call({ ...get, path: "/a b" }),
    await http.call({ ...get, headers: { authorization: "key\n" } }),
  ];
  assert.deepEqual(ends, [
    { kind: "unreachable", message: "ERR_UNESCAPED_CHARACTERS" },
    { kind: "unreachable", message: "ERR_INVALID_CHAR" },
  ]);
});

test("a host that does not take connections is unreachable after the deadline", async (t) => {
  // An address of a documentation block: nothing answers, or the network says at once so.
  const http = createHttp({ base: "http://192.0.2.1", nowMs });
  t.after(() => http.drop());
  assert.equal((await http.call({ ...put, timeoutMs: 100 })).kind, "unreachable");
});

const pem = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url)), "utf8");

test("HTTPS is spoken with whom the given authorities vouch for, and with nobody else", async (t) => {
  const tls = { key: pem("server.key"), cert: pem("server.pem") };
  const double = await startDouble(t, {}, { tls });
  const look = () => ({ candidates: [ids.lb1], deadlineMs: within(4000) });
  const trusting = double.client({ ca: pem("ca.pem") });
  for (let round = 0; round < 3; round += 1)
    assert.equal((await trusting.observe(look())).kind, "done");
  assert.deepEqual(new Set(double.requests.map(({ connection }) => connection)), new Set([1]));
  const refused = await double.client({}).observe(look());
  assert.equal(refused.kind, "unreachable");
  assert.equal(double.requests.length, 3);
});

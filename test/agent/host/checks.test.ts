/** Each kind of health check against something real, and the runner's period. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { type TestContext, test } from "node:test";
import type { AgentHealthCheck } from "../../../agent/config.ts";
import { runChecks } from "../../../agent/host/checks.ts";

type Result = { readonly good: boolean; readonly why?: string };

/** The first result of a check. */
function tried(check: AgentHealthCheck["check"], timeoutMs = 5_000): Promise<Result> {
  return new Promise((resolve) => {
    const one = { check, intervalMs: 60_000, timeoutMs, rise: 1, fall: 1 };
    const running = runChecks([one], ({ good, why }) => {
      running.stop();
      resolve({ good, ...(why !== undefined && { why }) });
    });
  });
}

async function web(context: TestContext, status: number | undefined): Promise<string> {
  const server = createHttpServer((_request, response) => {
    if (status !== undefined) response.writeHead(status).end("x".repeat(100_000));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`;
}

test("http: 2xx and 3xx are good, all else is bad with its status", async (context) => {
  assert.deepEqual(await tried({ kind: "http", url: await web(context, 204) }), { good: true });
  assert.deepEqual(await tried({ kind: "http", url: await web(context, 302) }), { good: true });
  assert.deepEqual(await tried({ kind: "http", url: await web(context, 503) }), {
    good: false,
    why: "HTTP 503",
  });
});

test("http: no answer in time, and nobody there", async (context) => {
  const url = await web(context, undefined);
  assert.deepEqual(await tried({ kind: "http", url }, 100), {
    good: false,
    why: "no answer within 100 ms",
  });
  assert.deepEqual(await tried({ kind: "http", url: "http://127.0.0.1:1/" }), {
    good: false,
    why: "ECONNREFUSED",
  });
});

test("tcp: a connection is enough", async (context) => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  assert.deepEqual(await tried({ kind: "tcp", host: "127.0.0.1", port }), { good: true });
  const refused = await tried({ kind: "tcp", host: "127.0.0.1", port: 1 });
  assert.deepEqual(refused, { good: false, why: "ECONNREFUSED" });
});

test("command: its exit code, its first words, and an end when it hangs", async () => {
  const shell = (text: string) => ({ kind: "command", argv: ["/bin/sh", "-c", text] }) as const;
  assert.deepEqual(await tried(shell("exit 0")), { good: true });
  assert.deepEqual(await tried(shell("echo no disk >&2; echo more >&2; exit 3")), {
    good: false,
    why: "exit 3: no disk",
  });
  assert.deepEqual(await tried(shell("sleep 60 & wait"), 200), {
    good: false,
    why: "no end within 200 ms",
  });
  const absent = await tried({ kind: "command", argv: ["/nowhere/check"] });
  assert.deepEqual(absent, { good: false, why: "/nowhere/check: ENOENT" });
});

test("link: loopback is up, and what is not there is down", async () => {
  assert.deepEqual(await tried({ kind: "link", interface: "lo" }), { good: true });
  assert.deepEqual(await tried({ kind: "link", interface: "none0" }), {
    good: false,
    why: "none0 is down",
  });
});

test("a check is tried again after its period, and no more once it is stopped", async () => {
  let results = 0;
  const check = { kind: "link", interface: "lo" } as const;
  const one = { check, intervalMs: 20, timeoutMs: 100, rise: 1, fall: 1 };
  await new Promise<void>((resolve) => {
    const running = runChecks([one], () => {
      results += 1;
      if (results < 3) return;
      running.stop();
      resolve();
    });
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(results, 3);
});

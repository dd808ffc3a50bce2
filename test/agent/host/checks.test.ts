/** Each kind of health check against something real, and the runner's period. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { AgentHealthCheck } from "../../../agent/config.ts";
import { runChecks } from "../../../agent/host/checks.ts";
import { until } from "../cloud/double.ts";

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
  const url = await web(context, 503);
  assert.deepEqual(await tried({ kind: "http", url: `${url}?token=hidden` }), {
    good: false,
    why: `${url}: HTTP 503`,
  });
});

test("https: the answer counts, whoever signed the certificate", async (context) => {
  const [key, cert] = ["server.key", "server.pem"].map((name) =>
    readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url)),
  );
  const server = createHttpsServer({ key, cert }, (_request, response) => response.end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  // The configuration takes the scheme as people write it.
  const found = await tried({ kind: "http", url: `HTTPS://127.0.0.1:${port}/` });
  assert.deepEqual(found, { good: true });
});

test("http: no answer in time, and nobody there", async (context) => {
  const url = await web(context, undefined);
  assert.deepEqual(await tried({ kind: "http", url }, 100), {
    good: false,
    why: `${url}: no answer within 100 ms`,
  });
  assert.deepEqual(await tried({ kind: "http", url: "http://127.0.0.1:1/" }), {
    good: false,
    why: "http://127.0.0.1:1/: ECONNREFUSED",
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
  assert.deepEqual(refused, { good: false, why: "127.0.0.1 port 1: ECONNREFUSED" });
});

test("command: its exit code and its first words", async () => {
  const shell = (text: string) => ({ kind: "command", argv: ["/bin/sh", "-c", text] }) as const;
  assert.deepEqual(await tried(shell("exit 0")), { good: true });
  assert.deepEqual(await tried(shell("echo no disk >&2; echo more >&2; exit 3")), {
    good: false,
    why: "/bin/sh: exit 3: no disk",
  });
});

test("link: loopback is up, and what is not there is down", async () => {
  assert.deepEqual(await tried({ kind: "link", interface: "lo" }), { good: true });
  assert.deepEqual(await tried({ kind: "link", interface: "none0" }), {
    good: false,
    why: "none0: down",
  });
});

test("ping: the system's program is asked once, and its silence is put into words", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "baton-ping-"));
  const { PATH } = process.env;
  context.after(() => {
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true });
  });
  process.env.PATH = `${folder}:${PATH}`;
  const ping = (script: string) => {
    writeFileSync(join(folder, "ping"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return tried({ kind: "ping", host: "192.0.2.1" }, 1_500);
  };
  // -W on Linux, -w on OpenBSD: whole seconds, never fewer than the check's time.
  assert.deepEqual(await ping('case "$*" in "-n -c 1 -"[Ww]" 2 192.0.2.1") exit 0; esac; exit 1'), {
    good: true,
  });
  assert.deepEqual(await ping("exit 1"), {
    good: false,
    why: "ping 192.0.2.1: no answer within 1500 ms",
  });
  assert.deepEqual(await ping("echo ping: unknown host >&2; exit 2"), {
    good: false,
    why: "ping 192.0.2.1: exit 2: ping: unknown host",
  });
  process.env.PATH = "/nowhere";
  assert.deepEqual(await tried({ kind: "ping", host: "192.0.2.1" }), {
    good: false,
    why: "ping 192.0.2.1: cannot be run: ENOENT",
  });
});

test("a check that cannot even be begun is a bad try, and not the agent's end", async () => {
  for (const argv of [["/etc/passwd/check"], ["/bin/true", "x".repeat(1 << 22)]]) {
    const { good, why = "" } = await tried({ kind: "command", argv });
    assert.equal(good, false);
    assert.match(why, /^\/[\w/]+: cannot be run: (ENOTDIR|E2BIG)$/);
  }
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

test("stopping by the one who takes a result leaves nothing behind", async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  const before = timers();
  await tried({ kind: "link", interface: "lo" });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(timers(), before);
});

test("a check that takes longer than its period is not tried twice at once", async (context) => {
  let atOnce = 0;
  let most = 0;
  let asked = 0;
  const server = createHttpServer((_request, response) => {
    asked += 1;
    atOnce += 1;
    most = Math.max(most, atOnce);
    setTimeout(() => {
      atOnce -= 1;
      response.end();
    }, 50);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const check = { kind: "http", url } as const;
  const one = { check, intervalMs: 5, timeoutMs: 5_000, rise: 1, fall: 1 };
  const running = runChecks([one], () => undefined);
  await until(() => asked > 3);
  running.stop();
  assert.equal(most, 1);
});

test("a result that comes after the stop is dropped", async (context) => {
  const url = await web(context, undefined);
  const check = { kind: "http", url } as const;
  const results: Result[] = [];
  const one = { check, intervalMs: 10, timeoutMs: 100, rise: 1, fall: 1 };
  const running = runChecks([one], (result) => void results.push(result));
  running.stop();
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.deepEqual(results, []);
});

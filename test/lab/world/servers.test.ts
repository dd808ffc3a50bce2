/** The lab's authority, its web server and its way to the API, asked by curl. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { attempt } from "../../../lab/command.ts";
import { type Authority, makeAuthority } from "../../../lab/world/authority.ts";
import { type ApiProxy, startProxy } from "../../../lab/world/proxy.ts";
import { serveWeb } from "../../../lab/world/web.ts";

const folder = mkdtempSync(join(tmpdir(), "baton-servers-"));
const at = (file: string): string => join(folder, file);
const names = ["api-ch-gva-2.exoscale.com", "downloads.example.com"];
let authority: Authority;
let proxy: ApiProxy;

before(async () => {
  authority = await makeAuthority(names);
  writeFileSync(at("authority.pem"), authority.certificate);
  proxy = await startProxy(["api-ch-gva-2.exoscale.com"], at("api.sock"));
});

after(async () => {
  await proxy.close();
  rmSync(folder, { recursive: true });
});

const curl = (...args: readonly string[]) =>
  attempt(["curl", "--silent", "--show-error", "--max-time", "5", ...args]);

test("the web server has one file, under a name that the authority vouches for", async (t) => {
  const files = new Map([["downloads.example.com/agent.js", "the agent"]]);
  const web = await serveWeb(at("web.sock"), authority.server, files);
  t.after(web.close);
  const asked = (path: string, ...more: readonly string[]) =>
    curl("--unix-socket", at("web.sock"), ...more, `https://downloads.example.com${path}`);
  const trusting = ["--cacert", at("authority.pem")];
  assert.equal((await asked("/agent.js", ...trusting)).stdout, "the agent");
  assert.match((await asked("/other.js", ...trusting)).stdout, /no such page/);
  // 60: the peer's certificate cannot be authenticated.
  assert.equal((await asked("/agent.js")).code, 60);
});

test("the proxy leads to the API under its own name, and nowhere else", async (t) => {
  const api = createServer(authority.server, (_, response) => response.end("the API"));
  api.listen(at("api.sock"));
  t.after(() => api.close());
  const through = ["--proxy", proxy.url, "--cacert", at("authority.pem")];
  const answer = await curl(...through, "https://api-ch-gva-2.exoscale.com/v2/zone");
  assert.equal(answer.stdout, "the API", answer.stderr);
  const other = await curl(...through, "https://downloads.example.com/");
  assert.match(other.stderr, /403/);
  assert.match((await curl("--proxy", proxy.url, "http://example.com/", "-i")).stdout, /405/);
});

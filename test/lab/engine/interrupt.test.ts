/** The engine's making, interrupted, and as whose it is made: with a Go that only takes its time. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { callerOf, makeFolder } from "../../../lab/caller.ts";
import type { Word } from "../../../lab/engine/make.ts";
import { enginePlan } from "../../../lab/engine/plan.ts";

const main = fileURLToPath(new URL("../../../lab/engine/main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "baton-engine-stop-"));
after(() => rmSync(folder, { recursive: true }));

/** Nothing listens at the first port of loopback, so nothing on the network is reached. */
const nowhere = "http://127.0.0.1:1";

/** A program that begins a build; `then` is what comes of it. */
function machine(name: string, then: string) {
  const home = join(folder, name);
  mkdirSync(home);
  const go = `case "$1" in env) echo go1.25.11; exit;; esac\necho "building $$" >&2\n${then}`;
  writeFileSync(join(home, "go"), `#!/bin/sh\n${go}\n`, { mode: 0o755 });
  const env = {
    PATH: `${home}:/usr/bin:/bin`,
    HOME: home,
    BATON_CACHE: join(home, "cache"),
    NODE_USE_ENV_PROXY: "1",
    HTTPS_PROXY: nowhere,
    HTTP_PROXY: nowhere,
  };
  return { home, env, engines: () => readdirSync(join(home, "cache/engine")) };
}

/** Begins another program, which does not end by Ctrl-C. */
const deaf = `sh -c "trap : INT; touch $HOME/begun; sleep 100; sleep 100" & sleep 100`;

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)
  test(`${signal} ends the build and what it started, and leaves nothing half made`, async () => {
    const { env, home, engines } = machine(signal, deaf);
    const child = spawn(process.execPath, [main], { env, stdio: ["ignore", "ignore", "pipe"] });
    const said = text(child.stderr);
    while (!existsSync(join(home, "begun"))) {
      assert.equal(child.exitCode, null, "it has ended before it was told to");
      await pause(50);
    }
    assert.ok(engines().length > 0);
    child.kill(signal);
    assert.deepEqual(await once(child, "close"), [code, null]);
    assert.match(await said, /stopped: the engine is not made; the next run makes it anew/);
    assert.deepEqual(engines(), []);
  });

test("what a killed run has left half made goes with the next one", async () => {
  const { env, engines } = machine("killed", "exit 1");
  const plan = await enginePlan({ cache: env.BATON_CACHE, env, reaches: async () => false });
  mkdirSync(join(dirname(plan.folder), `.${basename(plan.folder)}-killed`), { recursive: true });
  const child = spawn(process.execPath, [main], { env, stdio: "ignore" });
  assert.deepEqual(await once(child, "close"), [1, null]);
  assert.deepEqual(engines(), ["build.log"]);
});

test("to the lab it tells its end as JSON, and the failure in two parts", async () => {
  const { env } = machine("told", "exit 1");
  const { stdout } = spawn(process.execPath, [main, "--lab"], { env });
  const said: Word = JSON.parse(await text(stdout));
  assert.ok(!said.ok);
  assert.match(said.problem, /^pulumi cannot be built: building/);
  assert.match(said.fix, /^all of it is in /);
});

test("under sudo it is the caller's, unless home is root's as well", () => {
  const home = join(folder, "home");
  mkdirSync(home);
  const env = { HOME: home, SUDO_UID: "1234", SUDO_GID: "99" };
  const { uid } = statSync(home);
  const own = { ...env, SUDO_UID: String(uid || 1234) };
  if (uid === 0) chownSync(home, 1234, 99);
  assert.deepEqual(callerOf(own, 0), { uid: uid || 1234, gid: 99 });
  assert.equal(callerOf(own, 1234), undefined, "this process is not root's");
  assert.equal(callerOf({ ...own, HOME: "/" }, 0), undefined);
  assert.equal(callerOf({ HOME: home }, 0), undefined);
  assert.equal(callerOf({ ...own, HOME: join(folder, "none") }, 0), undefined);
});

test("a folder is made the caller's, and all that was missing above it", () => {
  const { uid, gid } = statSync(folder);
  // Only root gives files away.
  const caller = uid === 0 ? { uid: 1234, gid: 99 } : { uid, gid };
  makeFolder(join(folder, "a/b/c"), caller);
  for (const made of ["a", "a/b", "a/b/c"])
    assert.equal(statSync(join(folder, made)).uid, caller.uid);
  assert.equal(statSync(folder).uid, uid);
  makeFolder(join(folder, "a/b/c"), caller);
});

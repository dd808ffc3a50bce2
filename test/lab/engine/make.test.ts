/** The engine where it cannot be had: told in words, by the program that makes it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { enginePlan } from "../../../lab/engine/plan.ts";
import { isNewEnough } from "../../../lab/engine/toolchain.ts";

const main = fileURLToPath(new URL("../../../lab/engine/main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "baton-engine-none-"));
after(() => {
  // A module cache is read-only; whoever is not root has to be let in first.
  spawnSync("chmod", ["-R", "u+w", folder]);
  rmSync(folder, { recursive: true, force: true });
});

/** Nothing listens at the first port of loopback, so nothing on the network is reached. */
const nowhere = "http://127.0.0.1:1";

/** Programs that a machine has, as shell scripts. */
function machine(name: string, programs: Readonly<Record<string, string>>): string {
  const bin = join(folder, name);
  mkdirSync(bin);
  for (const [program, script] of Object.entries(programs))
    writeFileSync(join(bin, program), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return bin;
}

function made(path: string, env: Readonly<Record<string, string>> = {}) {
  const { status, stderr } = spawnSync(process.execPath, [main], {
    encoding: "utf8",
    env: {
      PATH: path,
      HOME: folder,
      BATON_CACHE: join(folder, "cache"),
      NODE_USE_ENV_PROXY: "1",
      HTTPS_PROXY: nowhere,
      HTTP_PROXY: nowhere,
      ...env,
    },
  });
  assert.equal(status, 1, stderr);
  assert.doesNotMatch(stderr, /^\s+at |node:internal/m);
  return stderr;
}

test("without Pulumi, its site and Go, it says what to install", () => {
  const said = made(machine("bare", {}));
  assert.match(said, /there is no Pulumi here, its site cannot be reached, and there is no Go/);
  assert.match(said, /install Go 1\.25\.11 or newer \(https:\/\/go\.dev\/dl\), or Pulumi itself/);
});

/** Stands in for an old Go, as Debian 12 has it, that reaches no registry. */
const oldGo = 'case "$1" in env) echo go1.19.8;; *) echo "dial tcp: refused" >&2; exit 1;; esac';

test("an old Go that cannot fetch a newer one is told apart from none", () => {
  const said = made(machine("old", { go: oldGo }));
  assert.match(said, /Go 1\.25\.11, since Pulumi cannot be built by go1\.19\.8/);
  assert.match(said, /too old to build Pulumi, and cannot fetch golang\.org\/toolchain.*refused/);
});

const goOf = (process.env.PATH ?? "").split(delimiter).find((one) => existsSync(join(one, "go")));
const version = goOf && spawnSync(join(goOf, "go"), ["env", "GOVERSION"], { encoding: "utf8" });
const skip = !(version && isNewEnough(version.stdout.trim())) && "there is no new enough Go here";

test("a Go that reaches no registry says so", { skip }, () => {
  const said = made(goOf ?? "", { GOPROXY: nowhere, GOMODCACHE: join(folder, "modules") });
  assert.match(said, /pulumi cannot be built: [\s\S]*connection refused/);
  assert.match(said, /all of it is in .*build\.log; or install Pulumi, and it is used instead/);
});

test("which Go is new enough", () => {
  for (const version of ["go1.25.11", "go1.26", "go1.26.8", "go1.27rc1", "go2.0"])
    assert.ok(isNewEnough(version), version);
  for (const version of ["go1.25.10", "go1.25", "go1.19.8", "devel", ""])
    assert.ok(!isNewEnough(version), version);
});

test("a Pulumi that is there is taken; otherwise its site, otherwise its sources", async () => {
  const cache = join(folder, "empty");
  const plan = async (PATH: string, answer: boolean) =>
    (await enginePlan({ cache, env: { PATH }, reaches: async () => answer })).how;
  const both = { pulumi: "echo v3.200.0", "pulumi-language-nodejs": "" };
  assert.equal(await plan(machine("pulumi", both), true), "installed");
  const old = { ...both, pulumi: "echo v2.25.2" };
  assert.equal(await plan(machine("pulumi2", old), true), "download");
  assert.equal(await plan(machine("none", {}), false), "build");
});

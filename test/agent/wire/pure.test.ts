/** The wire compiles without Node's types and with no newer library than Node 12 has. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = join(root, "agent/wire");

test("all but the signature is pure by compiler", () => {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout, status } = spawnSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
  assert.equal(stdout, "");
  assert.equal(status, 0);
});

test("only the signature imports anything of Node, and nothing imports it there", () => {
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".ts"))) {
    const text = readFileSync(join(folder, name), "utf8");
    const imports = [...text.matchAll(/from "([^"]+)"/g)].map(([, target = ""]) => target);
    const foreign = imports.filter((target) => !/^\.\/[\w-]+\.ts$/.test(target));
    assert.deepEqual(foreign, name === "hmac.ts" ? ["crypto"] : [], name);
    assert.ok(!imports.includes("./hmac.ts"), name);
  }
});

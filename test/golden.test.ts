/**
 * The user-data of every example and host, byte for byte as it was reviewed. `npm run golden`
 * writes the files anew; what changed then shows as a diff.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { exampleNames, type RenderedHost, renderExample } from "./render-example.ts";

const folder = fileURLToPath(new URL("golden/", import.meta.url));
const update = process.env.UPDATE_GOLDEN === "1";

const nameOf = ({ plan }: RenderedHost): string =>
  `${plan.host}.${plan.system.userData === "sh" ? "sh" : "yaml"}`;

const advice = "look at the difference; if it is meant: npm run golden";

if (update) rmSync(folder, { recursive: true, force: true });

for (const name of exampleNames) {
  const hosts = renderExample(name);

  test(`user-data of ${name} is what was reviewed`, () => {
    if (update) mkdirSync(`${folder}${name}`, { recursive: true });
    for (const host of hosts) {
      const file = `${folder}${name}/${nameOf(host)}`;
      if (update) writeFileSync(file, host.text);
      assert.ok(existsSync(file), `${file} is missing: npm run golden`);
      assert.equal(host.text, readFileSync(file, "utf8"), `${file}: ${advice}`);
    }
  });

  test(`no golden file of ${name} is an orphan`, () => {
    assert.deepEqual(readdirSync(`${folder}${name}`).sort(), hosts.map(nameOf).sort(), advice);
  });
}

test("no folder of golden files is an orphan", () => {
  assert.deepEqual(readdirSync(folder).sort(), [...exampleNames], advice);
});

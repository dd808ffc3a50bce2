/** `baton lab down` where nobody answers: what a killed lab has left is removed, and told. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { leftovers, sweep } from "../../lab/fabric/leftovers.ts";
import { planPlace } from "../../lab/fabric/place.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const name = `baton-down-${process.pid}`;
const place = planPlace(name);
after(() => sweep(place));

function ran(...args: readonly string[]) {
  return spawnSync(process.execPath, args, { cwd: root, encoding: "utf8", timeout: 50_000 });
}

const down = (lab: string) => ran("cli/main.ts", "lab", "--name", lab, "down");

test("what a killed lab has left is removed and named; then there is nothing", () => {
  const script = `
    import { createFabric } from ${JSON.stringify(import.meta.resolve("../../lab/fabric/fabric.ts"))};
    await createFabric({ name: "${name}" }).up();
    process.kill(process.pid, "SIGKILL");`;
  const killed = ran("--input-type=module", "-e", script);
  assert.equal(killed.signal, "SIGKILL", killed.stderr);
  assert.match(down(`${name}x`).stderr, new RegExp(`npx baton lab --name ${name} down`));
  const swept = down(name);
  assert.equal(swept.status, 0, swept.stderr);
  assert.match(swept.stdout, /^no lab named \S+ is running; removed what one had left:\n/);
  for (const thing of [`cgroup ${place.cgroup}`, `network namespace ${place.router}`])
    assert.ok(swept.stdout.includes(`  ${thing}\n`), swept.stdout);
  assert.deepEqual(leftovers(place), []);
  const again = down(name);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /no lab named \S+ is running/);
});

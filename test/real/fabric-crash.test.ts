/** A lab whose process died at once, for real: the next of its name begins all the same. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createFabric } from "../../lab/fabric/fabric.ts";
import { articleStack, planned } from "./fabric-world.ts";

test("what a crashed lab left is removed by the next one", async (context) => {
  const scratch = mkdtempSync(join(tmpdir(), "baton-crash-"));
  context.after(() => rmSync(scratch, { recursive: true, force: true }));
  const options = { name: `baton-${process.pid}-crash`, folder: join(scratch, "lab") };
  const script = `
    import { createFabric } from ${JSON.stringify(import.meta.resolve("../../lab/fabric/fabric.ts"))};
    const fabric = createFabric(${JSON.stringify(options)});
    await fabric.up();
    await fabric.createHost(${JSON.stringify(planned(articleStack("netplan"), "netplan", ["lb1"])[0]?.spec)});
    process.kill(process.pid, "SIGKILL");`;
  const crashed = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: "ignore",
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
  });
  const [, signal] = await once(crashed, "close");
  assert.equal(signal, "SIGKILL");
  const next = createFabric(options);
  assert.ok(next.leftovers().some((text) => text.includes("mount")));
  await next.up();
  await next.down();
  assert.deepEqual(next.leftovers(), []);
});

/** A command that is interrupted, or whose terminal is gone, comes to its own end. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { main } from "../command.ts";

const module = new URL("operate/interrupt.ts", `file://${main}`);

/** Says on standard output when it has begun, and that it ends in order. */
const program = `
import { interruptible } from ${JSON.stringify(module.href)};
const alive = setInterval(() => process.stderr.write("working\\n"), 20);
const signal = interruptible(() => process.stderr.write("ending\\n"));
signal.addEventListener("abort", () => {
  clearInterval(alive);
  setTimeout(() => process.stdout.write("in order"), 100);
});
process.stdout.write("begun, ");
`;

for (const how of ["SIGINT", "SIGHUP", "no reader"] as const)
  test(`${how} is a wish to end`, async () => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", program]);
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    await once(child.stdout, "data");
    if (how === "no reader") child.stderr.destroy();
    else child.kill(how);
    const [code] = await once(child, "close");
    assert.deepEqual([code, stdout], [0, "begun, in order"]);
  });

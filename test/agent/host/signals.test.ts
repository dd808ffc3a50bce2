/** Signals that arrive at a real process, told by what it prints. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { until } from "../cloud/double.ts";

const source = fileURLToPath(new URL("../../../agent/host/signals.ts", import.meta.url));
const program = `
  import { onSignals } from ${JSON.stringify(source)};
  const say = (text) => process.stdout.write(text + "\\n");
  onSignals({
    stop: () => say("stop"),
    stopNow: () => say("stop now"),
    look: () => say("look"),
    priority: (step) => say("priority " + step),
  });
  setInterval(() => undefined, 1_000);
  say("ready");
`;

test("each signal is its wish, and a second stop waits no more", async (context) => {
  const child = spawn(process.execPath, ["--input-type=module", "-e", program]);
  context.after(() => child.kill("SIGKILL"));
  let told = "";
  child.stdout.on("data", (text) => (told += text));
  const sends = async (signal: NodeJS.Signals, wish: string): Promise<void> => {
    told = "";
    child.kill(signal);
    await until(() => told.includes("\n"));
    assert.equal(told, `${wish}\n`);
  };
  await until(() => told === "ready\n");
  await sends("SIGUSR1", "priority -1");
  await sends("SIGUSR2", "priority 1");
  await sends("SIGHUP", "look");
  await sends("SIGQUIT", "stop now");
  await sends("SIGTERM", "stop");
  await sends("SIGINT", "stop now");
  await sends("SIGTERM", "stop now");
});

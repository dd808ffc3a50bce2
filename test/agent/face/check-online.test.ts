/** `check --online` before the HTTP double: what is not known is not called right. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Cloud } from "../../../agent/cloud/cloud.ts";
import { checkOnline } from "../../../agent/face/check-online.ts";
import { type Double, startDouble } from "../cloud/double.ts";
import { election } from "../status/sample.ts";

/** All lines of a check by the cloud that `of` gives. */
async function lines(t: TestContext, of: (double: Double) => Cloud): Promise<string> {
  const said: string[] = [];
  const double = await startDouble(t);
  await checkOnline({
    cloud: of(double),
    config: {
      version: 1,
      stack: "shop",
      node: "lb1",
      cloud: { provider: "exoscale", zone: "ch-gva-2" },
      addresses: [{ name: "web", ip: "203.0.113.7", interface: "lo", ranks: { lb1: 0 } }],
      election,
      health: [],
      credentialsFile: "/x",
      stateDirectory: "/x",
      statusSocket: "/nowhere/status.sock",
    },
    self: "11111111-0000-4000-8000-000000000001",
    nowMs: () => performance.now(),
    say: (line) => said.push(line),
  });
  return `${said.join("\n")}\n`;
}

test("where no API answers, nothing that it would tell is right", async (t) => {
  const told = await lines(t, ({ client }) => client({ endpoint: "http://127.0.0.1:1/v2" }));
  assert.match(told, /^wrong the API answers: ECONNREFUSED$/m);
  assert.match(told, /^wrong nothing told the time, so this host's clock may be off$/m);
  assert.match(told, /^wrong the cloud knows 203\.0\.113\.7: ECONNREFUSED$/m);
});

test("a clock that is off is named with the fix", async (t) => {
  const wallMs = () => Date.now() + 3_600_000;
  const told = await lines(t, ({ client }) => client({ wallMs }));
  assert.match(
    told,
    /^wrong this host's clock is off by 3(599|60[01]) s\n {6}timedatectl set-ntp true$/m,
  );
});

test("a key that may attach and not detach is found out", async (t) => {
  const told = await lines(t, (double) => {
    const calls = ["detach-instance-from-elastic-ip"] as const;
    double.fault({ kind: "error", status: 403, message: "forbidden by role policy" }, { calls });
    return double.cloud;
  });
  assert.match(told, /^ok {4}the key may claim 203\.0\.113\.7$/m);
  assert.match(
    told,
    /^wrong the key may release 203\.0\.113\.7: .*\n {6}its role must allow detach-instance-from-/m,
  );
});

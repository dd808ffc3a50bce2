/** Ctrl-C in the middle of `pulumi up`, once and twice, and an engine that dies: the next run mends. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { WorldFailure } from "../../../stack/failure.ts";
import { shop } from "../../infra/shop.ts";
import { startProject } from "./project.ts";

const { api, cloud, deployment } = await startProject({
  stack: { ...shop, nodes: 2, "app-servers": { count: 1 } },
});

/** How many there are of what a stack makes. */
const made = () =>
  Object.fromEntries(
    Object.entries(cloud.world())
      .filter(([table, value]) => typeof value === "object" && !/^(templ|instanceTy)/.test(table))
      .map(([table, value]) => [table, Object.keys(value).length]),
  );

const whole = {
  instances: 3,
  elasticIps: 1,
  securityGroups: 3,
  antiAffinityGroups: 1,
  sshKeys: 1,
  privateNetworks: 1,
  iamRoles: 1,
  apiKeys: 1,
};

/** The engine that this process runs. */
function enginePid(): number {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const found = pids.find((pid) => {
    // A process may end while it is looked at.
    const fields = /\((.*)\) \S (\d+)/.exec(statOf(pid));
    return fields?.[1] === "pulumi" && Number(fields[2]) === process.pid;
  });
  assert.ok(found, "no engine runs");
  return Number(found);
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return "";
  }
}

/** Updates, and interrupts as soon as the cloud has been asked for an instance. */
async function interrupted(how: "once" | "twice" | "killed"): Promise<unknown> {
  const before = cloud.requests.length;
  const [first, second] = [new AbortController(), new AbortController()];
  let isOver = false;
  const up = deployment
    .up(first.signal, second.signal)
    .catch((error: unknown) => error)
    .finally(() => {
      isOver = true;
    });
  const asked = () => cloud.requests.slice(before).some(({ call }) => call === "create-instance");
  while (!asked() && !isOver) await pause(20);
  if (isOver) assert.fail(`the update was over too soon: ${String(await up)}`);
  if (how === "killed") process.kill(enginePid(), "SIGKILL");
  else first.abort();
  if (how === "twice") {
    await pause(200);
    second.abort();
  }
  return up;
}

const slowly = (ms: number): void =>
  cloud.input({
    kind: "fault",
    fault: { name: "slow", calls: ["create-instance"], effect: { kind: "slow-operation", ms } },
  });
const quickly = (): void => cloud.input({ kind: "mend", name: "slow" });

async function pending(): Promise<number> {
  const { stdout } = await deployment.pulumi("stack", "export");
  return (JSON.parse(stdout).deployment.pending_operations ?? []).length;
}

test("Ctrl-C once: what is under way is waited for and recorded; the next run goes on", async () => {
  slowly(1000);
  const told = await interrupted("once");
  assert.ok(told instanceof WorldFailure, String(told));
  assert.match(told.message, /^pulumi up was interrupted; run it again/);
  assert.equal(await pending(), 0);
  quickly();
  await deployment.up();
  assert.deepEqual(made(), whole);
  await deployment.destroy();
});

test("Ctrl-C twice: the engine ends at once; the next run removes what nobody recorded", async () => {
  slowly(1000);
  const told = await interrupted("twice");
  assert.ok(told instanceof WorldFailure, String(told));
  assert.match(told.message, /was interrupted; run it again: it first sees to what was begun/);
  assert.ok((await pending()) > 0, "nothing was under way: the test interrupts too late");
  quickly();
  await deployment.up();
  assert.deepEqual(made(), whole);
  assert.equal(await pending(), 0);
  await deployment.destroy();
});

test("an engine that is killed leaves a lock besides; the next run takes it away", async () => {
  slowly(1000);
  const told = await interrupted("killed");
  assert.ok(told instanceof WorldFailure, String(told));
  assert.match(told.message, /^pulumi up failed \(130\)/);
  const { output } = await deployment.pulumi("up", "--yes", "--skip-preview");
  assert.match(output, /the stack is currently locked by 1 lock/);
  quickly();
  await deployment.up();
  assert.deepEqual(made(), whole);
  assert.equal(await pending(), 0);
  await deployment.destroy();
});

test("by hand, as the guide has it: nothing is made twice, and what was left is named", async () => {
  slowly(1000);
  await interrupted("twice");
  quickly();
  const left = Object.values(cloud.world().instances);
  assert.ok(left.length > 0);
  const { code, output } = await deployment.pulumi("up", "--yes", "--skip-preview");
  assert.notEqual(code, 0, output);
  assert.match(output, /stopped before anything was changed: .* what the cloud has already/);
  for (const { name, id } of left) {
    assert.ok(output.includes(`${name} (${id})`), `${name} is not named`);
    await api.operate("DELETE", `/instance/${id}`);
  }
  const refreshed = await deployment.pulumi("refresh", "--yes", "--clear-pending-creates");
  assert.equal(refreshed.code, 0, refreshed.output);
  const again = await deployment.pulumi("up", "--yes", "--skip-preview");
  assert.equal(again.code, 0, again.output);
  assert.deepEqual(made(), whole);
  await deployment.destroy();
});

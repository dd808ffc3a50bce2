/** The commands for a running stack, run at the lab's desk as a person would run them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { attempt, type Outcome } from "../../../lab/command.ts";
import { type NodeView, nodeViews } from "../../../lab/view/observe.ts";
import { audit } from "./audit.ts";
import { type Bench, log, until } from "./bench.ts";
import { shows } from "./screens.ts";

const main = fileURLToPath(new URL("../../../cli/main.ts", import.meta.url));

/** Runs `baton COMMAND STACK …` at the desk. */
export async function baton(bench: Bench, command: string, ...rest: readonly string[]) {
  const { at, env } = bench.lab.desk;
  const argv = [process.execPath, main, command, join(bench.folder, "stack.yaml"), ...rest];
  const begun = Date.now();
  const ended = await attempt(at(argv), { env });
  log(`baton ${command} ${rest.join(" ")}: ${ended.code} after ${Date.now() - begun} ms`);
  for (const secret of [env.EXOSCALE_API_SECRET, env.BATON_SECRET])
    assert.ok(secret && !`${ended.stdout}${ended.stderr}`.includes(secret), "a secret is printed");
  return ended;
}

const whole = ({ code, stdout, stderr }: Outcome): string => `${code}\n${stdout}\n${stderr}`;

/** What a command with `--json` said. */
async function json(bench: Bench, code: number, command: string, ...rest: readonly string[]) {
  const ended = await baton(bench, command, ...rest, "--json");
  assert.equal(ended.code, code, whole(ended));
  return JSON.parse(ended.stdout);
}

export async function statusTells(bench: Bench, other: (host: string) => string): Promise<void> {
  const holder = await bench.holder();
  const { addresses, hosts, findings } = await json(bench, 0, "status");
  assert.deepEqual(addresses[0].holders, [holder]);
  assert.deepEqual(findings, []);
  const nodes: readonly { name: string; agent: { status: { healthy: boolean } } }[] = hosts.filter(
    ({ role }: { role: string }) => role === "node",
  );
  assert.deepEqual(
    nodes.map(({ name, agent }) => [name, agent.status.healthy]),
    [
      ["lb1", true],
      ["lb2", true],
    ],
  );
  const idle = other(holder);
  await bench.say("kill", idle);
  await until(`${idle} is missed`, async () => {
    const ended = await baton(bench, "status");
    return ended.code === 3 && ended.stdout.includes(`${idle}: neither its peers nor SSH reach it`);
  });
  await shows(bench, "status");
  // Nobody is left to take over, so nothing is touched.
  const refused = await baton(bench, "handover", holder);
  assert.equal(refused.code, 1, whole(refused));
  assert.match(refused.stderr, /no other load balancer is seen to be well/);
  assert.equal(await bench.holder(), holder);
  await bench.say("boot", idle);
}

type Moved = {
  readonly moves: readonly { readonly to: string; readonly outage: { readonly failed: number } }[];
};

const endsOf = ({ moves }: Moved) => moves.map(({ to, outage }) => [to, outage.failed]);

export async function handsOver(bench: Bench, other: (host: string) => string): Promise<void> {
  const holder = await bench.holder();
  await shows(bench, "handover", holder);
  assert.equal(await bench.soleHolder(), other(holder));
  const again = await baton(bench, "handover", holder);
  assert.equal(again.code, 1);
  assert.match(again.stderr, new RegExp(`${holder} holds no address`));
}

export async function keepsOut(bench: Bench, other: (host: string) => string): Promise<void> {
  const holder = await bench.holder();
  const moved: Moved = await json(bench, 0, "maintenance", holder, "on");
  assert.deepEqual(endsOf(moved), [[other(holder), 0]]);
  await shows(bench, "maintenance", other(holder));
  const drill = await baton(bench, "drill", "--yes");
  assert.match(drill.stderr, /nobody is seen to be well who could take over/);
  assert.equal(await bench.holder(), other(holder));
  assert.deepEqual(await json(bench, 0, "maintenance", holder, "off"), {
    node: holder,
    maintenance: "off",
    moves: [],
  });
}

export async function examines(bench: Bench): Promise<void> {
  const said = await shows(bench, "doctor");
  assert.doesNotMatch(said, /^(wrong|note ) {2}/m);
}

/** Whether every agent knows of others and hears none of them. */
export const allMissed = (views: readonly Pick<NodeView, "status">[]): boolean =>
  views.every(({ status: { peers = [] } = {} }) => {
    return peers.length > 0 && peers.every(({ heard }) => !heard);
  });

/** While the security group lacks the rule for heartbeats. */
export async function findsTheRule(bench: Bench): Promise<void> {
  const areDeaf = async () => allMissed(await nodeViews(bench.lab));
  await until("both nodes miss each other", areDeaf);
  await shows(bench, "doctor");
}

export async function rehearses(bench: Bench, other: (host: string) => string): Promise<void> {
  const holder = await bench.holder();
  const asked = await baton(bench, "drill");
  assert.equal(asked.code, 2);
  assert.match(asked.stderr, /--yes, as nobody can be asked here/);
  assert.equal(await bench.holder(), holder);
  await shows(bench, "drill");
  // It hands over while its proxy still serves.
  assert.equal(await bench.soleHolder(), other(holder));
  assert.match(readFileSync(join(bench.folder, "drill.svg"), "utf8"), /is stopped through the API/);
  const late = await baton(bench, "drill", "--yes", "--budget", "soon");
  assert.equal(late.code, 2);
}

/** @param replaced the node that is not what the stack file says */
export async function rolls(bench: Bench, replaced: string): Promise<void> {
  const before = new Map(["lb1", "lb2"].map((node) => [node, bench.lab.instance(node).id]));
  const holder = await bench.holder();
  const said = await shows(bench, "roll");
  const [, last] = [...said.matchAll(/(lb\d): is it what the stack file says/g)];
  assert.equal(last?.[1], holder, "the holder goes last");
  for (const [node, id] of before)
    assert.equal(bench.lab.instance(node).id !== id, node === replaced, node);
  await audit(bench);
}

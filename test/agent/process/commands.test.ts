/** What people ask of a running agent, by its commands: each as a process of its own. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { request } from "node:http";
import { describe, test } from "node:test";
import type { AgentConfig } from "../../../agent/config.ts";
import { agentBundle } from "../../../cli/agent-bundle.ts";
import { type Group, type GroupOptions, pause, startGroup, until } from "./group.ts";

type Ran = { readonly code: number; readonly out: string; readonly err: string };

async function agent(...argv: readonly string[]): Promise<Ran> {
  const { file } = await agentBundle("exoscale");
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...argv], { timeout: 60_000 }, (error, out, err) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, out, err }),
    );
  });
}

const config = (group: Group, node: string): readonly string[] => [
  "--config",
  `${group.folder}/${node}/agent.json`,
];

function get(socketPath: string, path: string, method = "GET") {
  return new Promise<{ readonly code: number; readonly text: string }>((resolve, reject) => {
    const asked = request({ socketPath, path, method }, (response) => {
      let text = "";
      response.on("data", (part) => {
        text += part;
      });
      response.on("end", () => resolve({ code: response.statusCode ?? 0, text }));
    });
    asked.on("error", reject);
    asked.end();
  });
}

/** The group of lb1 and lb2 alone. */
function withoutOld(node: string, { election, ...rest }: AgentConfig): AgentConfig {
  assert.ok(election.method === "heartbeat" && election.peers.from === "addresses");
  const { lb3: _, ...addresses } = election.peers.addresses;
  const ranks = { lb1: 0, lb2: 1 };
  return {
    ...rest,
    node,
    addresses: rest.addresses.map((one) => ({ ...one, ranks })),
    election: { ...election, peers: { from: "addresses", addresses } },
  };
}

async function two(
  context: Parameters<typeof startGroup>[0],
  options: GroupOptions = {},
): Promise<Group> {
  const group = await startGroup(context, options);
  group.start("lb1");
  await until("held by lb1", () => group.holders().join() === "lb1", group);
  group.start("lb2");
  // A busy machine takes longer over that, and the cloud knows it before the node does.
  await until("lb1 is master", () => group.log("lb1").includes("-> master"), group);
  await until("lb2 stands by", () => group.log("lb2").includes("stands by"), group);
  await until("lb2 is heard", () => group.log("lb1").includes("is heard both ways"), group);
  await pause(1_000);
  return group;
}

describe("commands", { concurrency: true }, () => {
  test("status tells who holds, for people and as JSON", async (context) => {
    const group = await two(context);
    const shown = await agent("status", "--socket", group.socket("lb1"));
    assert.equal(shown.code, 0, shown.err);
    assert.match(shown.out, /^lb1 of test, running for /);
    assert.match(shown.out, /203\.0\.113\.7 {2}master {2}held here, seen .* ago/);
    assert.match(shown.out, /peer lb2 .* both ways/);
    assert.match(shown.out, /not configured on this host: 203\.0\.113\.7/);
    const json = await agent("status", "--json", "--socket", group.socket("lb2"));
    const { addresses } = JSON.parse(json.out);
    assert.deepEqual(addresses[0].holders, ["lb1"]);
    assert.equal(addresses[0].holds, false);
  });

  test("/healthz proves possession, and /metrics is there for Prometheus", async (context) => {
    const group = await two(context);
    assert.equal((await get(group.socket("lb1"), "/healthz")).code, 200);
    const other = await get(group.socket("lb2"), "/healthz");
    assert.equal(other.code, 503);
    assert.match(other.text, /stands by/);
    assert.equal((await get(group.socket("lb1"), "/healthz?address=192.0.2.1")).code, 503);
    const { text } = await get(group.socket("lb1"), "/metrics");
    assert.match(text, /^baton_holds\{address="203\.0\.113\.7"\} 1$/m);
    assert.match(text, /^baton_api_seconds_bucket\{le="\+Inf"\} \d+$/m);
    assert.equal((await get(group.socket("lb1"), "/nothing")).code, 404);
    assert.equal((await get(group.socket("lb1"), "/status", "DELETE")).code, 405);
    assert.equal((await get(group.socket("lb1"), "/priority/high", "POST")).code, 400);
  });

  test("handover moves the address, and it stays moved", async (context) => {
    const group = await two(context);
    const { code, err } = await agent("handover", "--socket", group.socket("lb1"));
    assert.equal(code, 0, err);
    await until("held by lb2", () => group.holders().join() === "lb2", group);
    await pause(3_000);
    assert.deepEqual(group.holders(), ["lb2"]);
  });

  test("maintenance takes a node out, over a restart too, and back", async (context) => {
    const group = await two(context);
    await agent("maintenance", "on", "--socket", group.socket("lb1"));
    await until("held by lb2", () => group.holders().join() === "lb2", group);
    group.signal("lb1", "SIGKILL");
    await group.ended("lb1");
    group.start("lb1");
    await until("it is up", () => group.log("lb1").split("watches").length === 3, group);
    await pause(2_000);
    const { out } = await agent("status", "--socket", group.socket("lb1"));
    assert.match(out, /in maintenance/);
    assert.deepEqual(group.holders(), ["lb2"]);
    const ended = await agent("maintenance", "off", "--socket", group.socket("lb1"));
    assert.equal(ended.code, 0, ended.err);
  });

  test("an address moves from hosts of another program by hand, held all the time", async (context) => {
    // docs/coming-from-keepalived.md: lb3 is the old master, and knows nothing of this group.
    const group = await startGroup(context, { nodes: ["lb1", "lb2", "lb3"], config: withoutOld });
    await agent("claim", "--instance", "lb3", ...config(group, "lb1"));
    for (const node of ["lb1", "lb2"]) group.start(node);
    await until("lb1 sees the old one", () => group.log("lb1").includes("left alone"), group);
    await until("lb2 is heard", () => group.log("lb1").includes("is heard both ways"), group);
    await pause(3_000);
    assert.deepEqual(group.holders(), ["lb3"], "it is left where it is");
    const claimed = await agent("claim", ...config(group, "lb1"));
    assert.match(claimed.out, /is held by (lb1, lb3|lb3, lb1)\n$/);
    await pause(3_000);
    assert.deepEqual(group.holders().toSorted(), ["lb1", "lb3"], "both, until one is let go");
    const released = await agent("release", "--instance", "lb3", ...config(group, "lb1"));
    assert.match(released.out, /is held by lb1\n$/);
    await pause(3_000);
    assert.deepEqual(group.holders(), ["lb1"]);
    const changes = group.changes().map(({ what }) => what);
    assert.deepEqual(changes, ["attach lb3", "attach lb1", "detach lb3"]);
  });

  test("claim and release wait for the cloud, and --dry-run changes nothing", async (context) => {
    const group = await startGroup(context);
    const dry = await agent("claim", "--dry-run", ...config(group, "lb1"));
    assert.equal(dry.code, 0, dry.err);
    assert.match(dry.out, /held by nobody; claim for lb1: not done/);
    assert.deepEqual(group.holders(), []);
    const claimed = await agent("claim", "--instance", "lb2", ...config(group, "lb1"));
    assert.match(claimed.out, /203\.0\.113\.7 is held by lb2\n$/);
    assert.deepEqual(group.holders(), ["lb2"]);
    const again = await agent("claim", "--instance", "lb2", ...config(group, "lb1"));
    assert.match(again.out, /nothing to change/);
    const released = await agent("release", "--instance", "lb2", ...config(group, "lb1"));
    assert.equal(released.code, 0, released.err);
    assert.deepEqual(group.holders(), []);
    const nobody = await agent("release", "--instance", "lb9", ...config(group, "lb1"));
    assert.equal(nobody.code, 1);
    assert.match(nobody.err, /0 instances are lb9/);
  });

  test("check --online finds what is right and what is wrong", async (context) => {
    const group = await two(context);
    const { out, code } = await agent("check", "--online", ...config(group, "lb1"));
    assert.match(out, /ok {4}the API answers/);
    assert.match(out, /ok {4}the key may claim 203\.0\.113\.7\nok {4}the key may release 203\./);
    assert.match(out, /ok {4}lb2 is heard both ways/);
    assert.match(out, /wrong 203\.0\.113\.7 is on this host/);
    assert.equal(code, 1);
    assert.deepEqual(group.holders(), ["lb1"], "the dry call changed nothing");
    group.fault({ kind: "error", status: 403, message: "forbidden by role policy" });
    const denied = await agent("check", "--online", ...config(group, "lb1"));
    assert.match(denied.out, /wrong the API answers: HTTP 403/);
  });

  test("a wrong file ends at once with all that is wrong in it", async (context) => {
    const group = await startGroup(context, {
      config: (_node, config) => ({ ...config, node: "", stateDirectory: "relative" }),
    });
    const { code, err } = await agent("watch", ...config(group, "lb1"));
    assert.equal(code, 2);
    assert.match(err, /agent\.json: node: must be/);
    assert.match(err, /agent\.json: stateDirectory: must be/);
    const missing = await agent("watch", "--config", "/nowhere/agent.json");
    assert.deepEqual(missing, {
      code: 2,
      out: "",
      err: "/nowhere/agent.json cannot be read: ENOENT; name the agent's file by -config\n",
    });
    const keyless = await startGroup(context, {
      config: (_node, config) => ({ ...config, credentialsFile: "/nowhere/credentials" }),
    });
    const { err: told } = await agent("watch", ...config(keyless, "lb1"));
    assert.match(
      told,
      /^\/nowhere\/credentials cannot be read: ENOENT; `credentialsFile` in .*agent\.json names it\n/,
    );
    const absent = await agent("status", "--socket", "/nowhere/status.sock");
    assert.match(absent.err, /no agent runs here/);
  });

  test("a command that cannot learn which instance this is says so, and ends", async (context) => {
    const group = await startGroup(context, {
      config: (_node, { instance: _, ...config }) => config,
    });
    const { code, err } = await agent("check", "--online", ...config(group, "lb1"));
    assert.equal(code, 2);
    assert.match(err, /169\.254\.169\.254 does not (answer|name)/);
    assert.match(err, /which instance is this\? give its id by -i, or `instance` in the file\n$/);
  });

  test("a second agent on the same host waits for the socket and disturbs nothing", async (context) => {
    // Long enough for the second to take the socket on a busy machine before anyone is dead.
    const group = await two(context, { intervalMs: 1_000 });
    const first = group.pid("lb1");
    group.start("lb1");
    await pause(4_000);
    assert.deepEqual(group.holders(), ["lb1"]);
    assert.match(group.log("lb1"), /cannot listen on UDP .*: EADDRINUSE; trying again/);
    process.kill(first, "SIGKILL");
    await pause(4_000);
    assert.deepEqual(group.holders(), ["lb1"]);
  });
});

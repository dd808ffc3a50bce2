/** Planning a host: what it is made from, what it says is missing, and what it refuses. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { AgentConfig, AgentCredentials } from "../../agent/config.ts";
import { hostsOf, type Stack } from "../../stack/stack.ts";
import { noFacts } from "../../user-data/facts.ts";
import { planHost } from "../../user-data/host.ts";
import type { Sources } from "../../user-data/inputs.ts";
import type { HostPlan } from "../../user-data/plan.ts";
import { heartbeatKey } from "../../user-data/secrets.ts";
import {
  exampleNames,
  fileAt,
  fixedSources,
  fixtureSecret,
  renderExample,
  stackOf,
  userDataOf,
} from "../render-example.ts";

const shop = (more = "", addresses = "{ web: { ip: 198.51.100.50 } }", appServers = "2"): Stack =>
  stackOf(`name: shop
cloud: { provider: exoscale, zone: ch-gva-2 }
addresses: ${addresses}
nodes: 2
app-servers: ${appServers}
services: { web: { port: 80 } }
${more}`);

function attempt(stack: Stack, name: string, sources: Sources = fixedSources) {
  const host = hostsOf(stack).find((one) => one.name === name);
  assert.ok(host, name);
  return planHost(stack, host, sources);
}

function planned(stack: Stack, name: string, sources?: Sources): HostPlan {
  const made = attempt(stack, name, sources);
  assert.ok(made.ok, JSON.stringify(made));
  return made.plan;
}

const findingsOf = (stack: Stack, name: string, sources?: Sources) => {
  const made = attempt(stack, name, sources);
  assert.ok(!made.ok);
  return made.findings.map(({ path, message }) => `${path.join(".")}: ${message}`);
};

const readJson = <T>(plan: HostPlan, path: string): T =>
  JSON.parse(fileAt(plan, path).content) as T;
const configOf = (plan: HostPlan) => readJson<AgentConfig>(plan, "/etc/baton/agent.json");
const credentialsOf = (plan: HostPlan) =>
  readJson<AgentCredentials>(plan, "/etc/baton/credentials.json");

test("a ping among the health checks has what it needs in the agent's unit, and no other has", () => {
  const unitOf = (check: string, system = "debian-12") => {
    const plan = planned(shop(`health: [{ ${check} }]\nsystem: ${system}`), "lb1");
    const names = plan.packages.map(({ name }) => name).filter((name) => /iputils/.test(name));
    return { unit: fileAt(plan, "/etc/systemd/system/baton.service").content, names };
  };
  const needs = [
    /^CapabilityBoundingSet=CAP_NET_RAW$/m,
    /^AmbientCapabilities=CAP_NET_RAW$/m,
    // Debian 12's ping calls both on its way, and ends where one of them is refused.
    /@privileged.*\nSystemCallFilter=capset setuid$/m,
  ];
  const withPing = unitOf("ping: 192.0.2.1");
  for (const need of needs) assert.match(withPing.unit, need);
  // In a user namespace of its own the capability would not count for the host's network.
  assert.doesNotMatch(withPing.unit, /^PrivateUsers=/m);
  assert.deepEqual(withPing.names, ["iputils-ping"]);
  assert.deepEqual(unitOf("ping: 192.0.2.1", "oracle-linux-9").names, ["iputils"]);
  const without = unitOf("tcp: 192.0.2.1:80");
  for (const need of needs) assert.doesNotMatch(without.unit, need);
  assert.match(without.unit, /^PrivateUsers=yes$/m);
  assert.match(
    without.unit,
    /^ExecStart=\/usr\/bin\/env node --max-semi-space-size=1 \/usr\/local\//m,
  );
  assert.deepEqual(without.names, []);
});

test("facts fill in what the stack file leaves open", () => {
  const facts = {
    addresses: { web: { ip: "198.51.100.77", id: "the-id" } },
    securityGroup: { id: "the-group" },
    agentCredentials: { key: "k", secret: "s" },
    secrets: {},
  };
  const plan = planned(shop("", "{ web: {} }"), "lb1", { ...fixedSources, facts });
  const config = configOf(plan);
  assert.deepEqual(
    config.addresses.map(({ ip, id }) => ({ ip, id })),
    [{ ip: "198.51.100.77", id: "the-id" }],
  );
  assert.ok(config.election.method === "heartbeat");
  assert.deepEqual(config.election.peers, {
    from: "security-group",
    name: "load-balancer",
    id: "the-group",
  });
  assert.deepEqual(credentialsOf(plan), {
    cloud: { key: "k", secret: "s" },
    heartbeatKeys: [heartbeatKey(fixtureSecret, "shop")],
  });
  assert.match(fileAt(plan, "/etc/netplan/60-baton.yaml").content, /198\.51\.100\.77\/32/);
});

test("the stack file's own address wins over the facts", () => {
  const facts = { ...noFacts, addresses: { web: { ip: "198.51.100.77" } } };
  const plan = planned(shop(), "lb1", { ...fixedSources, facts });
  assert.equal(configOf(plan).addresses[0]?.ip, "198.51.100.50");
});

test("everything that is missing is told at once", () => {
  const nothing: Sources = {
    facts: noFacts,
    bundle: undefined,
    resolve: ({ from }) => ({ ok: false, message: `no ${from}`, fix: "set it" }),
  };
  const stack = shop("extra: { files: [{ path: /etc/x, content: '${file:x}' }] }", "{ web: {} }");
  assert.deepEqual(findingsOf(stack, "lb1", nothing), [
    "extra.files: no file",
    "secret: no env",
    "agent.credentials.key: no env",
    "agent.credentials.secret: no env",
    "addresses.web: address web has no ip yet",
    "agent: a node runs the agent, and the agent's bundle for exoscale is not built yet",
  ]);
});

test("credentials in the facts that lack a name, or hold odd characters, are told", () => {
  const withFacts = (agentCredentials: Record<string, string>): Sources => ({
    ...fixedSources,
    facts: { ...noFacts, agentCredentials },
  });
  const told = findingsOf(shop(), "lb1", withFacts({ key: "two words", apiSecret: "s" }));
  assert.equal(told.length, 2);
  assert.match(told.join("\n"), /odd characters/);
  assert.match(told.join("\n"), /lack secret/);
});

test("a stack secret that is too short is refused, and not shown", () => {
  const sources: Sources = { ...fixedSources, resolve: () => ({ ok: true, value: "short-one" }) };
  const told = findingsOf(shop(), "lb1", sources).join("\n");
  assert.match(told, /^secret: the stack secret has 9 characters; it needs 32$/m);
  assert.doesNotMatch(told, /short-one/);
});

test("an app server needs no secret, no bundle and no address", () => {
  const plan = planned(shop("", "{ web: {} }"), "app1", {
    facts: noFacts,
    bundle: undefined,
    resolve: () => assert.fail("nothing is to be resolved"),
  });
  assert.ok(plan.files.every(({ secret }) => !secret));
  assert.deepEqual(
    plan.packages.map(({ name }) => name),
    ["nginx"],
  );
});

test("a path that is written twice is refused, however it is spelt", () => {
  for (const path of ["/etc/baton/agent.json", "/etc//baton/./agent.json"]) {
    const stack = shop(`extra: { files: [{ path: ${path}, content: x }] }`);
    assert.deepEqual(findingsOf(stack, "lb1"), [`extra.files: ${path} is written twice`]);
  }
});

test("a credential that interfaces(5) cannot carry is told, and not shown", () => {
  const facts = { ...noFacts, agentCredentials: { key: "hunter2\\", secret: "s" } };
  const stack = shop(
    "election: { method: heartbeat, wire: exoip }\nagent: { loopback: ifupdown }\nproxy: none",
  );
  const told = findingsOf(stack, "lb1", { ...fixedSources, facts });
  assert.match(told.join("\n"), /a backslash at its end/);
  assert.doesNotMatch(told.join("\n"), /hunter2/);
});

test("an app server's own cloud-config is the whole user-data, byte for byte", () => {
  const own = "#cloud-config\nruncmd: [ 'echo  hi' ]   # kept\n\n";
  const servers = `{ count: 2, cloud-config: ${JSON.stringify(own)} }`;
  const stack = shop("", undefined, servers);
  assert.equal(planned(stack, "app1").verbatim, own);
  const [, , app1] = hostsOf(stack);
  assert.ok(app1);
  assert.equal(userDataOf(stack, app1).text, own);
});

test("the agent's files are for root, and no secret stands in a file for all", () => {
  const { files } = planned(shop(), "lb1");
  for (const { path, secret, mode, content } of files) {
    if (secret) assert.equal(mode, "0600", path);
    else assert.doesNotMatch(content, /value-of-|a-stack-secret/, path);
  }
});

test("a reference keeps its line end as a file and loses it as a secret", () => {
  const sources: Sources = {
    ...fixedSources,
    resolve: ({ from }) => ({ ok: true, value: from === "file" ? "text\n" : `${fixtureSecret}\n` }),
  };
  const stack = shop("extra: { files: [{ path: /etc/x, content: '${file:x}' }] }");
  const plan = planned(stack, "lb1", sources);
  assert.equal(fileAt(plan, "/etc/x").content, "text\n");
  assert.equal(credentialsOf(plan).cloud.key, fixtureSecret);
});

/** Prints the user-data of every host of every example. */
const printer = `
import { exampleNames, renderExample } from "./test/render-example.ts";
for (const name of exampleNames) for (const { text } of renderExample(name)) console.log(text);
`;

test("the same input gives the same bytes, in any time zone and language", () => {
  const here = exampleNames.flatMap(renderExample).map(({ text }) => `${text}\n`);
  const places = [
    { TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" },
    { TZ: "America/St_Johns", LANG: "C", LC_ALL: "C" },
  ];
  for (const env of places) {
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", printer], {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      env,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
    assert.equal(stdout, here.join(""), stderr);
  }
});

test("a file that may well be a secret is root's alone, unless a mode is given", () => {
  const files = [
    "{ path: /etc/a, content: plain }",
    "{ path: /etc/b, content: '${env:TOKEN}' }",
    "{ path: /etc/c, content: '${env:TOKEN}', mode: '0640' }",
    '{ path: /etc/d, content: "-----BEGIN PRIVATE KEY-----" }',
  ];
  const plan = planned(shop(`extra: { files: [${files.join(", ")}] }`), "app1");
  const modes = ["a", "b", "c", "d"].map((name) => fileAt(plan, `/etc/${name}`).mode);
  assert.deepEqual(modes, ["0644", "0600", "0640", "0600"]);
});

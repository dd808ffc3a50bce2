/** OpenBSD edge nodes: what each file says, held to the text and to the grammar checks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHostnameIf } from "../grammar/hostname-if.ts";
import { type Action, parseIfstated } from "../grammar/ifstated.ts";
import { parsePf } from "../grammar/pf.ts";
import { contentOf, edgeNode, edgeStack, planOf, tryPlan } from "./edge-node.ts";

const first = planOf(edgeStack());
const second = planOf(edgeStack(), 1);

const runsOf = (actions: readonly Action[]): string[] =>
  actions.flatMap((action) =>
    "run" in action ? [action.run] : "actions" in action ? runsOf(action.actions) : [],
  );

test("carp0 of both nodes is the text's, to the byte", () => {
  const line = (skew: number) =>
    `inet 10.25.0.10 255.255.0.0 10.25.255.255 vhid 1 carpdev vio2 pass xxx advskew ${skew}\nup\n`;
  assert.equal(contentOf(first, "/etc/hostname.carp0"), line(1));
  assert.equal(contentOf(second, "/etc/hostname.carp0"), line(50));
  assert.equal(contentOf(first, "/etc/hostname.vio2"), "up\n");
});

test("the order alone gives the text's advskews too", () => {
  const stack = edgeStack([
    ["priority: 1, ", ""],
    ["priority: 50, ", ""],
  ]);
  assert.match(contentOf(planOf(stack, 0), "/etc/hostname.carp0"), / advskew 1\n/);
  assert.match(contentOf(planOf(stack, 1), "/etc/hostname.carp0"), / advskew 50\n/);
});

test("advbase is written where the interval is not the kernel's second", () => {
  const plan = planOf(edgeStack([["  method: carp\n", "  method: carp\n  interval: 3s\n"]]));
  const [carp0] = parseHostnameIf("carp0", contentOf(plan, "/etc/hostname.carp0"));
  assert.equal(carp0?.kind === "inet" && carp0.options.advbase, "3");
});

test("the password derives from the stack secret where none is named", () => {
  const plan = planOf(edgeStack([["  auth-pass: ${env:CARP_PASSWORD}\n", ""]]));
  assert.match(contentOf(plan, "/etc/hostname.carp0"), / pass [A-Za-z0-9_-]{24} /);
});

test("preempt follows the stack file", () => {
  assert.equal(contentOf(first, "/etc/sysctl.conf"), "net.inet.carp.preempt=1\n");
  const plan = planOf(edgeStack([["  method: carp\n", "  method: carp\n  preempt: false\n"]]));
  assert.equal(contentOf(plan, "/etc/sysctl.conf"), "net.inet.carp.preempt=0\n");
});

test("hostname files of all interfaces fulfil the grammar", () => {
  const files = first.files.filter(({ path }) => path.startsWith("/etc/hostname."));
  const names = files.map(({ path }) => path.slice("/etc/hostname.".length));
  assert.deepEqual(names, ["vio0", "vio1", "vio2", "carp0"]);
  for (const { path, content, owner, mode } of files) {
    parseHostnameIf(path.slice("/etc/hostname.".length), content);
    assert.deepEqual([owner, mode], ["root:wheel", "0640"]);
  }
});

test("CARP's network has addresses where the stack file says so", () => {
  const plan = planOf(edgeStack([[", ips: none", ""]]));
  const [line] = parseHostnameIf("vio2", contentOf(plan, "/etc/hostname.vio2"));
  assert.equal(line?.kind === "inet" && line.address, "10.25.0.11");
});

test("pf lets CARP pass on its interface, and guards the metadata service in this order", () => {
  const rules = parsePf(contentOf(first, "/etc/pf.conf"));
  assert.match(contentOf(first, "/etc/pf.conf"), /^pass on vio2 proto carp$/m);
  const guard = rules.slice(1).map(({ action, quick, direction, to, users }) => {
    assert.deepEqual(to, { hosts: ["169.254.169.254"], ports: ["80"] });
    return [action, direction, quick, users];
  });
  assert.deepEqual(guard, [
    ["pass", "out", true, ["root", "_baton"]],
    ["block", "out", true, []],
  ]);
});

test("ifstated claims by project, address and instance name, and logs it as the text does", () => {
  const { initialState, states } = parseIfstated(contentOf(first, "/etc/ifstated.conf"));
  assert.equal(initialState, "promoted");
  assert.deepEqual(runsOf(states[0]?.body ?? []), [
    "logger -p daemon.info -sit ifstated '=> claim failover public ip'",
    "/usr/local/bin/baton-agent claim -project t18s -ip 146.59.143.231 -instance bi-edge-sbg-1" +
      " 2>&1 | logger -p daemon.info -sit ifstated",
  ]);
  assert.match(contentOf(second, "/etc/ifstated.conf"), /-instance bi-edge-sbg-2 /);
});

test("the public alias has one owner: hostname.vio0, or ifstated where the stack asks for it", () => {
  const alias = "inet alias 146.59.143.231 255.255.255.255\n";
  assert.equal(contentOf(first, "/etc/hostname.vio0"), alias);
  assert.doesNotMatch(contentOf(first, "/etc/ifstated.conf"), /alias/);

  const moved = planOf(edgeStack([["alias: permanent", "alias: ifstated"]]));
  assert.throws(() => contentOf(moved, "/etc/hostname.vio0"), /has no file/);
  const commands = moved.steps.flatMap((step) =>
    step.kind === "command" ? [step.command.argv.join(" ")] : [],
  );
  assert.ok(!commands.some((line) => line.startsWith("ifconfig")));
  const { states } = parseIfstated(contentOf(moved, "/etc/ifstated.conf"));
  const adds = runsOf(states[0]?.body ?? []).filter((run) => run.includes(" inet alias "));
  assert.deepEqual(adds, [
    "ifconfig vio0 inet alias 146.59.143.231 netmask 255.255.255.255 2>&1" +
      " | logger -p daemon.info -sit ifstated",
  ]);
  const removes = runsOf(states[1]?.body ?? []).filter((run) => run.includes(" inet -alias "));
  assert.deepEqual(removes, ["ifconfig vio0 inet -alias 146.59.143.231"]);
});

test("the ping of the health checks is ifstated's, the text's where there is none", () => {
  const pingOf = (health: string): string | undefined => {
    const plan = planOf(
      edgeStack([["  - { ping: 8.8.8.8, interval: 15s, timeout: 1s }", `  - ${health}`]]),
    );
    return /^ping_ok = (.*)$/m.exec(contentOf(plan, "/etc/ifstated.conf"))?.[1];
  };
  const text = `'"ping -q -c 1 -w 1 8.8.8.8 >/dev/null 2>&1" every 15'`;
  assert.equal(pingOf("{ ping: 8.8.8.8, interval: 15s }"), text);
  assert.equal(pingOf("{ link: vio1 }"), text);
  assert.equal(
    pingOf("{ ping: 192.0.2.1, interval: 2500ms, timeout: 2s }"),
    `'"ping -q -c 1 -w 2 192.0.2.1 >/dev/null 2>&1" every 3'`,
  );
});

test("without an internal network ifstated watches the public link and carp0 alone", () => {
  const plan = planOf(
    edgeStack([
      ["  internal: { interface: vio1, cidr: 10.24.0.0/16 }\n", ""],
      [", ips: { internal: 10.24.0.11 }", ""],
      [", ips: { internal: 10.24.0.12 }", ""],
    ]),
  );
  const text = contentOf(plan, "/etc/ifstated.conf");
  parseIfstated(text);
  assert.doesNotMatch(text, /internal/);
});

test("a project name that ifstated's commands cannot carry is refused with its place", () => {
  const stack = edgeStack([["project: t18s", "project: our project"]]);
  const planned = tryPlan(stack, edgeNode(stack, 0));
  assert.deepEqual(planned.ok ? [] : planned.findings.map(({ path }) => path), [
    ["cloud", "project"],
  ]);
});

test("credentials are root's, and readable for the agent's group alone", () => {
  const file = first.files.find(({ path }) => path === "/etc/baton/credentials.json");
  assert.deepEqual([file?.owner, file?.mode, file?.secret], ["root:_baton", "0640", true]);
});

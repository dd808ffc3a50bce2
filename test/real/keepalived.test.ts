/** The rendered keepalived.conf, judged by the real `keepalived -t` beside the links of its stack. */
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { test } from "node:test";
import { exampleNames, readExample, renderAll, stackOf } from "../render-example.ts";
import { putFiles, withScratch } from "./scratch.ts";
import { runTool } from "./tools.ts";
import { configTest, links } from "./vrrp-host.ts";

const fast = `name: fast
cloud: { provider: oci, region: eu-frankfurt-1, compartment: fast }
networks:
  left: { interface: ens3, cidr: 10.0.0.0/24 }
  right: { interface: ens4, cidr: "fd00:1::/64" }
addresses:
  one: { vip: 10.0.0.100, order: [lb1, lb2, lb3] }
  two: { vip: 10.0.0.101, order: [lb3, lb2, lb1] }
  six: { vip: "fd00:1::100", network: right, order: [lb1, lb2, lb3] }
nodes: 3
app-servers: 2
services: { web: { port: 8080 } }
election: { method: vrrp, interval: 200ms, preempt: false }
`;

const plain = (cidr: string, vip: string, election: string, nodes = 2) => `name: plain
cloud: { provider: oci, region: eu-frankfurt-1, compartment: plain }
networks: { private: { interface: ens3, cidr: "${cidr}" } }
addresses: { web: { vip: "${vip}" } }
nodes: ${nodes}
app-servers: 2
services: { web: { port: 80 } }
election: { ${election} }
`;

const ipv4 = ["10.0.0.0/24", "10.0.0.100"] as const;

const stacks: readonly { readonly name: string; readonly source: string }[] = [
  ...exampleNames
    .map((name) => ({ name, source: readExample(name) }))
    .filter(({ name, source }) => stackOf(source, name).election.method === "vrrp"),
  { name: "VRRP version 3, two orders", source: fast },
  { name: "a preempt delay", source: plain(...ipv4, "preempt-delay: 90s") },
  { name: "IPv6 alone", source: plain("fd00:1::/64", "fd00:1::100", "interval: 1s") },
  { name: "a single node", source: plain(...ipv4, "interval: 1s", 1) },
];

const complaint = /unsafe|insecure|unknown|disabling|not found|warning|ignoring/i;

for (const { name, source } of stacks) {
  const stack = stackOf(source, name);
  for (const node of stack.nodes) {
    test(`keepalived -t accepts ${name} ${node.name}`, () => {
      const { status, stdout, stderr } = configTest(source, name, node.name, links(stack, node));
      assert.equal(status, 0, stdout + stderr);
      assert.doesNotMatch(stdout, complaint);
    });
  }

  const [first] = stack.nodes;
  assert.ok(first);
  const later = stack.networks.length > 1;
  test(`keepalived -t ${later ? "waits for cards of" : "refuses a missing link of"} ${name}`, () => {
    const { status, stdout } = configTest(source, name, first.name, []);
    assert.equal(status === 0, later, stdout);
  });
}

test("every example with VRRP is among them", () => {
  assert.ok(stacks.some(({ name }) => name === "openstack-ha-floating-ip"));
  assert.ok(stacks.some(({ name }) => name === "oci-keepalived-virtual-routers"));
});

test("systemd reads what is added to keepalived's own unit", () => {
  withScratch((root) => {
    const [host] = renderAll(readExample("openstack-ha-floating-ip"), "openstack");
    const added = host?.plan.files.filter(({ path }) => path.includes("keepalived.service.d"));
    assert.equal(added?.length, 1);
    const unit = `${root}/etc/systemd/system/keepalived.service`;
    const verify = () => {
      const { stdout, stderr } = runTool("systemd-analyze", ["verify", "--man=no", unit]);
      return stdout + stderr;
    };
    putFiles(root, added);
    copyFileSync("/lib/systemd/system/keepalived.service", unit);
    assert.doesNotMatch(verify(), /baton\.conf/);
    putFiles(
      root,
      added.map((file) => ({ ...file, content: "[Service]\nRestarts=always\n" })),
    );
    assert.match(verify(), /baton\.conf.*Restarts/);
  });
});

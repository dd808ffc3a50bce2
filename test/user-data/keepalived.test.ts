/** The VRRP nodes: who is told what by keepalived.conf, and what the system needs around it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeUserData } from "../../user-data/user-data.ts";
import {
  fileAt,
  fixedSources,
  readExample,
  renderAll,
  renderExample,
  stackOf,
} from "../render-example.ts";

const path = "/etc/keepalived/keepalived.conf";

const stack = (election: string, more = "") => `name: pair
cloud: { provider: oci, region: eu-frankfurt-1, compartment: c }
networks:
  one: { interface: ens3, cidr: 10.0.0.0/24 }
addresses:
  a: { vip: 10.0.0.100 }
  b: { vip: 10.0.0.101 }
app-servers: 2
services: { web: { port: 80 } }
election: { method: vrrp, ${election} }
${more}`;

const configurations = (source: string): Record<string, string> =>
  Object.fromEntries(
    renderAll(source, "pair")
      .filter(({ plan }) => plan.files.some((file) => file.path === path))
      .map((host) => [host.host, fileAt(host.plan, path).content]),
  );

test("the first in order begins as master, the other as backup, each with the other as peer", () => {
  const { lb1 = "", lb2 = "" } = configurations(stack("router-id: 7"));
  assert.match(lb1, /state MASTER[\s\S]*virtual_router_id 7[\s\S]*priority 200/);
  assert.match(lb2, /state BACKUP[\s\S]*priority 150/);
  assert.match(lb1, /unicast_src_ip 10\.0\.0\.11\s+unicast_peer \{\s+10\.0\.0\.12\s+\}/);
  assert.match(lb2, /unicast_src_ip 10\.0\.0\.12\s+unicast_peer \{\s+10\.0\.0\.11\s+\}/);
});

test("without preemption everybody begins as backup and stays", () => {
  for (const text of Object.values(configurations(stack("preempt: false")))) {
    assert.match(text, /state BACKUP/);
    assert.match(text, /nopreempt/);
    assert.doesNotMatch(text, /preempt_delay/);
  }
});

test("a preempt delay is told in seconds, and everybody begins as backup", () => {
  for (const text of Object.values(configurations(stack("preempt-delay: 90s")))) {
    assert.match(text, /state BACKUP[\s\S]*preempt_delay 90\n/);
  }
});

test("the peers of a node are all others, and never itself", () => {
  const five = configurations(stack("interval: 1s", "nodes: 5\n"));
  assert.equal(Object.keys(five).length, 5);
  const addresses = [11, 12, 13, 14, 15].map((last) => `10.0.0.${last}`);
  for (const text of Object.values(five)) {
    const [, source = ""] = /unicast_src_ip (\S+)/.exec(text) ?? [];
    const [, list = ""] = /unicast_peer \{([^}]*)\}/.exec(text) ?? [];
    assert.deepEqual([source, ...list.trim().split(/\s+/)].sort(), addresses);
  }
});

test("one node alone has no list of peers, which keepalived would call an error", () => {
  const { lb1 = "" } = configurations(stack("interval: 1s", "nodes: 1\n"));
  assert.doesNotMatch(lb1, /unicast/);
});

test("cards that the cloud plugs in later are waited for; the first is there from the start", () => {
  const [vr1] = renderExample("oci-keepalived-virtual-routers");
  assert.ok(vr1);
  assert.match(fileAt(vr1.plan, path).content, /dynamic_interfaces/);
  assert.doesNotMatch(configurations(stack("interval: 1s")).lb1 ?? "", /dynamic_interfaces/);
});

test("keepalived writes the FIFO that the agent's group reads", () => {
  const [host] = renderAll(stack("interval: 1s"), "pair");
  assert.ok(host);
  const fifo = "/run/baton-vrrp/notify.fifo";
  assert.match(fileAt(host.plan, path).content, /script_user root\n\s+vrrp_notify_fifo (\S+)/);
  assert.ok(fileAt(host.plan, path).content.includes(`vrrp_notify_fifo ${fifo}\n`));
  const made = fileAt(host.plan, "/etc/tmpfiles.d/baton-vrrp.conf").content;
  assert.ok(made.includes(`p ${fifo} 0640 root baton`));
  assert.ok(fileAt(host.plan, "/etc/baton/agent.json").content.includes(`"fifo": "${fifo}"`));
});

test("fractions of a second are version 3, which has no password", () => {
  const { lb1 = "" } = configurations(stack("interval: 200ms"));
  assert.match(lb1, /vrrp_version 3[\s\S]*advert_int 0\.2\n/);
  assert.doesNotMatch(lb1, /auth_pass/);
});

test("the password derives from the stack secret, the same on both, in eight characters", () => {
  const passwords = Object.values(configurations(stack("interval: 1s"))).map(
    (text) => /auth_pass (\S+)/.exec(text)?.[1],
  );
  assert.equal(new Set(passwords).size, 1);
  assert.match(passwords[0] ?? "", /^[\w-]{8}$/);
});

test("addresses of one order are one instance, of two orders two with ids of their own", () => {
  const { lb1: one = "" } = configurations(stack("router-id: 7"));
  assert.equal(one.match(/vrrp_instance/g)?.length, 1);
  const other = stack("router-id: 7").replace(
    "b: { vip: 10.0.0.101 }",
    "b: { vip: 10.0.0.101, order: [lb2, lb1] }",
  );
  const { lb1: two = "" } = configurations(other);
  const [, first = "", second = ""] = two.split("vrrp_instance ");
  assert.match(first, /^VI_1 \{[\s\S]*id 7[\s\S]*priority 200/);
  assert.match(second, /^VI_1_2 \{[\s\S]*id 8[\s\S]*priority 150/);
});

test("a password that keepalived cannot read is refused and not shown", () => {
  const loaded = stackOf(stack("auth-pass: '${env:PASS}'"));
  const [node] = loaded.nodes;
  assert.ok(node);
  const resolve = () => ({ ok: true, value: 'pass"{#' }) as const;
  const made = makeUserData(loaded, node, { ...fixedSources, resolve });
  assert.ok(!made.ok);
  assert.deepEqual(made.findings[0]?.path, ["election", "auth-pass"]);
  assert.doesNotMatch(JSON.stringify(made.findings), /pass\\"/);
});

test("OCI's routers watch and configure all their links, forward, and open the image's firewall", () => {
  const [vr1] = renderExample("oci-keepalived-virtual-routers");
  assert.ok(vr1);
  assert.match(fileAt(vr1.plan, path).content, /track_interface \{\s+ens5\s+ens6\s+\}/);
  assert.match(fileAt(vr1.plan, "/etc/sysctl.d/60-baton.conf").content, /ip_forward = 1/);
  const keyfile = "/etc/NetworkManager/system-connections/baton-ens5.nmconnection";
  assert.match(fileAt(vr1.plan, keyfile).content, /mtu=9000[\s\S]*address1=10\.0\.0\.2\/27/);
  assert.match(fileAt(vr1.plan, "/etc/baton/keepalived-fifo.cil").content, /keepalived_t/);
  const steps = JSON.stringify(vr1.plan.steps);
  assert.match(steps, /source address=\\+"172\.20\.136\.131\\+" protocol value=\\+"vrrp/);
  assert.match(steps, /--add-forward/);
  assert.doesNotMatch(steps, /172\.20\.136\.130/, "a node is its own peer");
});

test("SELinux's policy is for systems that have it", () => {
  const hosts = renderExample("oci-load-balancers");
  for (const { plan } of hosts) assert.ok(!plan.files.some((file) => file.path.endsWith(".cil")));
});

test("on Ubuntu of OCI, VRRP passes from the peers and HTTP on app servers from the nodes alone", () => {
  const hosts = renderExample("oci-load-balancers");
  const script = (name: string) => {
    const host = hosts.find((one) => one.host === name);
    assert.ok(host);
    return fileAt(host.plan, "/usr/local/lib/baton/open-firewall").content;
  };
  assert.match(script("lb1"), /--source 10\.0\.0\.12 --protocol 112 /);
  assert.match(script("app1"), /--source 10\.0\.0\.11 --protocol tcp --dport 80 /);
  assert.doesNotMatch(script("app1"), /0\.0\.0\.0\/0|protocol 112/);
});

test("the OpenStack pair says what its text says", () => {
  const hosts = renderAll(readExample("openstack-ha-floating-ip"), "openstack");
  const [one, two] = hosts.map((host) => fileAt(host.plan, path).content);
  for (const text of [one, two]) {
    assert.match(
      text ?? "",
      /vrrp_instance VI_1 \{[\s\S]*interface ens3\n\s+virtual_router_id 50\n/,
    );
    assert.match(text ?? "", /192\.168\.27\.251\/32 dev ens3/);
  }
  assert.match(one ?? "", /state MASTER[\s\S]*priority 100[\s\S]*192\.168\.27\.127/);
  assert.match(two ?? "", /state BACKUP[\s\S]*priority 50[\s\S]*192\.168\.27\.116/);
});

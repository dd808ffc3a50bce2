/** The rendered keepalived.conf, judged by the real keepalived; and two of them elect a master. */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Node, privateNetworks, type Stack } from "../../stack/stack.ts";
import { readExample, renderAll, stackOf } from "../render-example.ts";
import { inside } from "./namespace.ts";
import { putFiles, withScratch } from "./scratch.ts";
import { runWell } from "./tools.ts";

const versionThree = `name: fast
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

const stacks = [
  ...["openstack-ha-floating-ip", "oci-keepalived-virtual-routers", "oci-load-balancers"].map(
    (name) => ({ name, source: readExample(name) }),
  ),
  { name: "VRRP version 3, two orders", source: versionThree },
];

/** Puts a node's files into a scratch root where its accounts exist; gives what is mounted. */
function prepare(root: string, source: string, name: string, node: string) {
  const found = renderAll(source, name).find(({ host }) => host === node);
  assert.ok(found);
  const wanted = /keepalived|sysusers/;
  mkdirSync(join(root, "etc"), { recursive: true });
  mkdirSync(join(root, "usr/libexec"), { recursive: true });
  putFiles(
    root,
    found.plan.files.filter(({ path }) => wanted.test(path)),
  );
  for (const file of ["passwd", "group"]) copyFileSync(`/etc/${file}`, join(root, "etc", file));
  runWell("systemd-sysusers", [`--root=${root}`]);
  const mounts = ["/etc/passwd", "/etc/group", "/usr/libexec"].map((path): [string, string] => [
    join(root, path),
    path,
  ]);
  return { mounts, configuration: join(root, "etc/keepalived/keepalived.conf") };
}

/** Commands that make the links of a node, with its addresses. */
const links = (stack: Stack, node: Node): string[] =>
  privateNetworks(stack.networks).flatMap(({ name, interface: link, cidr }) => [
    `ip link add ${link} type veth peer name ${link}-far`,
    `ip link set ${link} up && ip link set ${link}-far up`,
    `ip address add ${node.ips[name]}/${cidr.split("/")[1]} dev ${link}`,
  ]);

for (const { name, source } of stacks) {
  const stack = stackOf(source, name);
  for (const node of stack.nodes) {
    test(`keepalived -t accepts ${name} ${node.name}`, () => {
      withScratch((root) => {
        const { mounts, configuration } = prepare(root, source, name, node.name);
        const script = [
          ...links(stack, node),
          `keepalived --config-test --log-console -f ${configuration} 2>&1`,
        ].join("\n");
        const { status, stdout, stderr } = inside(["sh", "-euc", script], { mounts });
        assert.equal(status, 0, stdout + stderr);
        assert.doesNotMatch(stdout, /unsafe|insecure|Unknown|disabling|not found/i);
      });
    });
  }

  test(`keepalived -t refuses ${name} where the interface is missing`, () => {
    withScratch((root) => {
      const { mounts, configuration } = prepare(root, source, name, stack.nodes[0]?.name ?? "");
      const { status } = inside(["keepalived", "--config-test", "-f", configuration], { mounts });
      assert.notEqual(status, 0);
    });
  });
}

/** One host: its own network and /run, a proxy that answers, the FIFO with a reader, keepalived. */
const host = (name: string, ip: string, root: string) => `
  ip -n ${name} link set lo up
  ip -n ${name} link set ens3 up
  ip -n ${name} address add ${ip}/24 dev ens3
  ip netns exec ${name} python3 -m http.server 80 --bind 127.0.0.1 >/dev/null 2>&1 &
  ip netns exec ${name} unshare --mount sh -c '
    mount -t tmpfs none /run && mkdir /run/baton-vrrp && mkfifo -m 0640 /run/baton-vrrp/notify.fifo
    cat /run/baton-vrrp/notify.fifo >${root}/said &
    exec keepalived --dont-fork --log-console --use-file=${root}/etc/keepalived/keepalived.conf
  ' >${root}/log 2>&1 &`;

test("the rendered pair elects the better one, and the other takes over when it dies", () => {
  const name = "openstack-ha-floating-ip";
  const source = readExample(name);
  withScratch((root) => {
    const [one, two] = [join(root, "one"), join(root, "two")];
    const { mounts } = prepare(one, source, name, "web-srv-1");
    prepare(two, source, name, "web-srv-2");
    const script = `
      mount -t tmpfs none /run
      ip netns add one; ip netns add two
      ip link add ens3 netns one type veth peer name ens3 netns two
      ${host("one", "192.168.27.116", one)}
      holder=$!
      ${host("two", "192.168.27.127", two)}
      carries() {
        for try in $(seq 150); do
          if ip -n "$1" address show ens3 | grep -q "192.168.27.251/32"; then echo "$1 carries"; return; fi
          sleep 0.1
        done
        cat ${one}/log ${two}/log; exit 1
      }
      carries one
      kill -KILL $holder $(cat /proc/$holder/task/$holder/children)
      carries two
      for try in $(seq 50); do grep -q 'MASTER' ${two}/said && break; sleep 0.1; done
      cat ${two}/said`;
    const { status, stdout, stderr } = inside(["sh", "-euc", script], { mounts, processes: true });
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /one carries\ntwo carries/);
    assert.match(stdout, /INSTANCE "VI_1" BACKUP 50/);
    assert.match(stdout, /INSTANCE "VI_1" MASTER 50/);
  });
});

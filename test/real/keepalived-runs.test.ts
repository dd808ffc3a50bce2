/** Real keepaliveds with the rendered configuration: who carries the VIP, what the FIFO says. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { readExample, stackOf } from "../render-example.ts";
import { inside } from "./namespace.ts";
import { withScratch } from "./scratch.ts";
import { links, vrrpHost } from "./vrrp-host.ts";

const fifo = "/run/baton-vrrp/notify.fifo";
const asAgent = "setpriv --reuid=baton --regid=baton --keep-groups";

/** One host: its own network and /run, a proxy that answers, the agent's reader, keepalived. */
const host = (name: string, ip: string, root: string) => `
  ip -n ${name} link set lo up
  ip -n ${name} link set ens3 up
  ip -n ${name} address add ${ip}/24 dev ens3
  ip netns exec ${name} python3 -m http.server 80 --bind 127.0.0.1 >/dev/null 2>&1 &
  until ip netns exec ${name} /usr/libexec/keepalived/check-proxy; do sleep 0.1; done
  ip netns exec ${name} unshare --mount sh -c '
    mount -t tmpfs none /run && systemd-tmpfiles --create ${root}/etc/tmpfiles.d/baton-vrrp.conf
    ${asAgent} cat ${fifo} >${root}/said &
    exec keepalived --dont-fork --log-console --use-file=${root}/etc/keepalived/keepalived.conf
  ' >${root}/log 2>&1 &`;

test("the rendered pair elects the better one, and the other takes over when it dies", () => {
  const name = "openstack-ha-floating-ip";
  const source = readExample(name);
  withScratch((root) => {
    const [one, two] = [join(root, "one"), join(root, "two")];
    const { mounts, top } = vrrpHost(one, source, name, "web-srv-1");
    vrrpHost(two, source, name, "web-srv-2");
    const script = `
      ip netns add one; ip netns add two
      ip link add ens3 netns one type veth peer name ens3 netns two
      ${host("one", "192.168.27.116", one)}
      holder=$!
      ${host("two", "192.168.27.127", two)}
      carries() {
        for try in $(seq 150); do
          if ip -n "$1" address show ens3 | grep -q "192.168.27.251/32"; then
            echo "$1 carries"; return
          fi
          sleep 0.1
        done
        cat ${one}/log ${two}/log; exit 1
      }
      carries one
      # The child first: it gives the address up in order when its parent dies before it.
      kill -KILL $(cat /proc/$holder/task/$holder/children) $holder
      carries two
      for try in $(seq 50); do grep -q 'MASTER' ${two}/said && break; sleep 0.1; done
      cat ${two}/said ${one}/log ${two}/log`;
    const { status, stdout, stderr } = inside(["sh", "-euc", script], {
      mounts,
      top,
      processes: true,
    });
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /one carries\ntwo carries/);
    assert.match(stdout, /INSTANCE "VI_1" BACKUP 50/);
    assert.match(stdout, /INSTANCE "VI_1" MASTER 50/);
    // The check runs as the agent's account, and finds the proxy.
    assert.match(stdout, /VRRP_Script\(proxy\) succeeded/);
    assert.doesNotMatch(stdout, /VRRP_Script\(proxy\) failed|disabling/);
  });
});

const routers = `name: fast
cloud: { provider: oci, region: eu-frankfurt-1, compartment: fast }
networks:
  left: { interface: ens3, cidr: 10.0.0.0/24 }
  right: { interface: ens5, cidr: 10.0.1.0/24 }
addresses:
  one: { vip: 10.0.0.100 }
  two: { vip: 10.0.1.100, network: right }
nodes: { kind: virtual-router, count: 2 }
election: { method: vrrp, interval: 100ms }
`;

test("a router waits for a card that comes later, and its FIFO outlives keepalived", () => {
  const stack = stackOf(routers);
  const [node] = stack.nodes;
  assert.ok(node);
  withScratch((root) => {
    const { mounts, top, configuration, tmpfiles } = vrrpHost(root, routers, "fast", node.name);
    const script = `
      systemd-tmpfiles --create ${tmpfiles}
      look() { stat --format "%i %A %U:%G" ${fifo}; }
      before=$(look)
      start() {
        : >${root}/said
        ${asAgent} cat ${fifo} >${root}/said &
        keepalived --dont-fork --log-console --use-file=${configuration} >>${root}/log 2>&1 &
        keepalived=$!
      }
      says() {
        for try in $(seq 100); do grep "$1" ${root}/said && return; sleep 0.1; done
        cat ${root}/log; exit 1
      }
      ${links(stack, node, 1).join("\n")}
      start
      says FAULT
      # The kernel's first name, then udev's.
      ip link add eth0 type veth peer name ens5-far
      ip link set eth0 name ens5
      ip link set ens5-far up
      ip link set ens5 up
      says MASTER
      for try in $(seq 50); do
        ip address show ens5 | grep -q 10.0.1.100/32 && break
        sleep 0.1
      done
      ip address show ens5 | grep 10.0.1.100/32
      kill $keepalived; wait
      test "$before" = "$(look)"
      start
      says MASTER
      look`;
    const { status, stdout, stderr } = inside(["sh", "-euc", script], {
      mounts,
      top,
      processes: true,
    });
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /FAULT 200[\s\S]*MASTER 200[\s\S]*10\.0\.1\.100\/32[\s\S]*MASTER 200/);
    assert.match(stdout, /^\d+ prw-r----- root:(baton|root)$/m);
  });
});

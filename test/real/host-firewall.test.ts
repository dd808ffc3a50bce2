/** The script that opens the packet filter of OCI's Ubuntu images, run twice with real iptables. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileAt, readExample, renderAll } from "../render-example.ts";
import { inside } from "./namespace.ts";
import { put, putFiles, withScratch } from "./scratch.ts";
import { toolFile, toolPath } from "./tools.ts";

const opener = "/usr/local/lib/baton/open-firewall";

/** Its rules as the images ship them: SSH comes in, and the last rule rejects. */
const image = ["iptables", "ip6tables"].flatMap((tool) => [
  `${tool} -A INPUT -p tcp --dport 22 -j ACCEPT`,
  `${tool} -A INPUT -j REJECT`,
  `${tool} -A FORWARD -j REJECT`,
]);

/** The rules of a host behind the image's own, after the script has run that often. */
function rulesAfter(runs: number, source: string, name: string): string[] {
  const host = renderAll(source, "stack.yaml").find((one) => one.host === name);
  assert.ok(host);
  return withScratch((root) => {
    putFiles(root, [fileAt(host.plan, opener)]);
    const save = "#!/bin/sh\n[ $1 = save ] && { iptables-save && ip6tables-save; } >saved\n";
    put(root, "bin/netfilter-persistent", save, 0o755);
    const script = [...image, ...Array(runs).fill(`.${opener}`), "cat saved"].join("\n");
    assert.ok(toolFile("iptables"));
    const env = { PATH: `${root}/bin:${toolPath}` };
    const { status, stdout, stderr } = inside(["sh", "-euc", script], { cwd: root, env });
    assert.equal(status, 0, stderr);
    return stdout.split("\n").filter((line) => line.startsWith("-A "));
  });
}

const routers = `name: isv
cloud: { provider: oci, region: eu-frankfurt-1, compartment: isv }
networks:
  transit: { interface: ens3, cidr: 10.0.0.0/24 }
  inside: { interface: ens5, cidr: 10.0.1.0/24 }
addresses: { transit: { vip: 10.0.0.100 } }
nodes: { kind: virtual-router, count: 2 }
`;

test("VRRP comes in from the peer and HTTP from all, before the image rejects, and once", () => {
  const once = rulesAfter(1, readExample("oci-load-balancers"), "lb1");
  const reject = once.findIndex((line) => line.includes("REJECT"));
  const at = (rule: RegExp) => once.findIndex((line) => rule.test(line));
  const vrrp = at(/INPUT -s 10\.0\.0\.12\/32 -p (vrrp|112) -j ACCEPT/);
  const http = at(/INPUT -p tcp .*--dport 80 -j ACCEPT/);
  assert.ok(vrrp >= 0 && vrrp < reject, once.join("\n"));
  assert.ok(http >= 0 && http < reject, once.join("\n"));
  assert.deepEqual(rulesAfter(2, readExample("oci-load-balancers"), "lb1"), once);
});

test("routers forward between their links, and let no HTTP in", () => {
  const rules = rulesAfter(2, routers, "vr1");
  const forward = rules.filter((line) => line.startsWith("-A FORWARD"));
  assert.deepEqual(
    forward
      .slice(0, 3)
      .map((line) => /-i (\S+) -j ACCEPT/.exec(line)?.[1])
      .sort(),
    ["ens3", "ens5", undefined],
  );
  assert.ok(!rules.some((line) => line.includes("--dport 80")));
});

test("a heartbeat comes in from the peer alone", () => {
  const source = `${routers}election: { method: heartbeat, port: 12346 }\n`;
  const rules = rulesAfter(1, source, "vr1").filter((line) => line.includes("udp"));
  assert.deepEqual(rules, ["-A INPUT -s 10.0.0.12/32 -p udp -m udp --dport 12346 -j ACCEPT"]);
});

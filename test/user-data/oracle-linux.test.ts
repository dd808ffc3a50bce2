/** What Oracle Linux 9 needs that Debian does not: NetworkManager's keyfiles, SELinux, firewalld. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostPlan } from "../../user-data/plan.ts";
import { fileAt, readExample, renderAll } from "../render-example.ts";

const onOracleLinux = (source: string): HostPlan[] =>
  renderAll(`${source}\nsystem: oracle-linux-9\n`, "stack.yaml").map(({ plan }) => plan);

const steps = ({ steps: all }: HostPlan): string[] =>
  all.flatMap((step) => (step.kind === "command" ? [step.command.argv.join(" ")] : []));

const exoscale = (more: string) => `name: shop
cloud: { provider: exoscale, zone: ch-gva-2 }
addresses: { web: { ip: 198.51.100.50 } }
nodes: 2
app-servers: 1
${more}`;

test("a heartbeat carries the address by a keyfile for loopback, with a hook", () => {
  const [lb1] = onOracleLinux(readExample("minimal"));
  assert.ok(lb1);
  const keyfile = fileAt(lb1, "/etc/NetworkManager/system-connections/baton-lo.nmconnection");
  assert.match(keyfile.content, /type=loopback[\s\S]*address1=198\.51\.100\.50\/32/);
  assert.equal(keyfile.mode, "0600");
  assert.match(fileAt(lb1, "/etc/NetworkManager/dispatcher.d/50-baton").content, /link-hook/);
});

test("a loopback switches no family off: NetworkManager 1.42 refuses the whole keyfile then", () => {
  const both = exoscale("services: { web: { port: 80 } }").replace(
    "198.51.100.50",
    '"2001:db8::1"',
  );
  for (const source of [readExample("minimal"), both]) {
    const [lb1] = onOracleLinux(source);
    assert.ok(lb1);
    const path = "/etc/NetworkManager/system-connections/baton-lo.nmconnection";
    assert.match(fileAt(lb1, path).content, /method=auto/);
    assert.doesNotMatch(fileAt(lb1, path).content, /disabled/);
  }
});

test("nginx may listen on ports that SELinux does not know as web ports, where it has to", () => {
  const plan = (port: number) =>
    onOracleLinux(exoscale(`proxy: nginx\nservices: { web: { port: ${port} } }`))[0];
  const policy = "/etc/baton/nginx-ports.cil";
  const [plain, odd] = [plan(443), plan(3000)];
  assert.ok(plain && odd);
  assert.ok(!plain.files.some(({ path }) => path === policy));
  assert.match(fileAt(odd, policy).content, /allow httpd_t port_type/);
  assert.ok(steps(odd).includes(`semodule --install ${policy}`));
});

test("SELinux knows the check of the proxy before keepalived starts", () => {
  const [lb1] = onOracleLinux(readExample("oci-load-balancers").replace(/^system:.*$/m, ""));
  assert.ok(lb1);
  assert.ok(steps(lb1).includes("restorecon -R /usr/libexec/keepalived"));
  assert.ok(steps(lb1).includes("semodule --install /etc/baton/keepalived-fifo.cil"));
});

test("firewalld lets the heartbeat of the peer in", () => {
  const source = readExample("oci-load-balancers")
    .replace(/^system:.*$/m, "")
    .replace("method: vrrp", "method: heartbeat");
  const [lb1] = onOracleLinux(source);
  assert.ok(lb1);
  const rules = steps(lb1).filter((line) => line.includes("udp"));
  assert.deepEqual(rules, [
    'firewall-cmd --permanent --add-rich-rule=rule family="ipv4" source address="10.0.0.12" ' +
      'port port="12345" protocol="udp" accept',
  ]);
});

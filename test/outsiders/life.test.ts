/**
 * Everything that the emulated cloud serves, asked by the official Python client: each object from
 * its making to its end, so that every answer is held against the document.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { routes } from "../../lab/emulators/exoscale-routes.ts";
import { empty } from "../lab/exoscale/cloud.ts";
import { done, startWatched } from "./cloud.ts";
import { isLeftOut, leftOut } from "./made.ts";

type Made = { readonly reference: { readonly id: string } };

test("each call that is served answers as the document says", {
  skip: isLeftOut && leftOut,
}, async (t) => {
  const cloud = await startWatched(t, { world: empty, settings: { operationMs: [0, 0] } });
  const ask = await cloud.client("python");
  const get = (operation: string, ...path: string[]) => done<never>(ask, { operation, path });
  /** Gives the id of what the call made or changed. */
  const put = async (operation: string, path: readonly string[], body = {}): Promise<string> => {
    const { reference } = await done<Made>(ask, { operation, path, body, wait: true });
    return reference.id;
  };
  const ofInstance = (instance: string) => ({ instance: { id: instance } });

  for (const list of ["zones", "quotas", "instance-types", "templates", "ssh-keys", "instances"])
    await get(`list-${list}`);
  const template = Object.keys(empty.templates)[0] ?? "";
  const [type = "", larger = ""] = Object.keys(empty.instanceTypes);
  await get("get-template", template);
  await get("get-instance-type", type);

  const publicKey = `ssh-ed25519 ${Buffer.from("a key").toString("base64")} somebody`;
  await put("register-ssh-key", [], { name: "own", "public-key": publicKey });
  await get("get-ssh-key", "own");
  const apart = await put("create-anti-affinity-group", [], { name: "apart", description: "far" });
  const group = await put("create-security-group", [], { name: "web", description: "Web" });
  for (const rule of [
    { protocol: "tcp", network: "0.0.0.0/0", "start-port": 80, "end-port": 80 },
    { protocol: "udp", "security-group": { id: group }, "start-port": 1, "end-port": 65535 },
    { protocol: "icmp", network: "::/0", icmp: { type: 8, code: 0 }, description: "ping" },
    { protocol: "esp", network: "192.0.2.0/24" },
  ])
    await put("add-rule-to-security-group", [group], { "flow-direction": "ingress", ...rule });
  await put("add-external-source-to-security-group", [group], { cidr: "192.0.2.0/24" });
  const { rules } = await done<{ readonly rules: readonly { readonly id: string }[] }>(ask, {
    operation: "get-security-group",
    path: [group],
  });
  assert.equal(rules.length, 4);

  const options = { routers: ["10.0.0.1"], "dns-servers": ["10.0.0.2"] };
  const addresses = { netmask: "255.255.255.0", "start-ip": "10.0.0.10", "end-ip": "10.0.0.90" };
  const network = await put("create-private-network", [], { name: "in", ...addresses, options });
  await put("update-private-network", [network], { description: "Inside", labels: { a: "b" } });

  const instance = await put("create-instance", [], {
    name: "lb1",
    "instance-type": { id: type },
    template: { id: template },
    "disk-size": 10,
    labels: { role: "lb" },
    "user-data": Buffer.from("#cloud-config\n{}\n").toString("base64"),
    "public-ip-assignment": "dual",
    "security-groups": [{ id: group }],
    "anti-affinity-groups": [{ id: apart }],
    "ssh-keys": [{ name: "own" }],
  });
  await put("update-instance", [instance], { name: "lb2", labels: { role: "web" } });
  for (const verb of ["add-instance-protection", "remove-instance-protection", "reboot-instance"])
    await put(verb, [instance]);
  await put("attach-instance-to-private-network", [network], ofInstance(instance));
  const moved = { ...ofInstance(instance), ip: "10.0.0.50" };
  await put("update-private-network-instance-ip", [network], moved);
  await put("detach-instance-from-security-group", [group], ofInstance(instance));
  await put("attach-instance-to-security-group", [group], ofInstance(instance));
  const front = await put("create-elastic-ip", [], { description: "Front", labels: { a: "b" } });
  const healthcheck = { mode: "http", port: 80, uri: "/" };
  const managed = await put("create-elastic-ip", [], { addressfamily: "inet6", healthcheck });
  await put("update-elastic-ip", [front], { description: "Front door" });
  await put("update-elastic-ip", [managed], { healthcheck: { ...healthcheck, interval: 5 } });
  await put("attach-instance-to-elastic-ip", [front], ofInstance(instance));
  for (const [kind, id] of [
    ["instance", instance],
    ["elastic-ip", front],
  ] as const) {
    await put(`update-reverse-dns-${kind}`, [id], { "domain-name": "www.example.com" });
    await get(`get-reverse-dns-${kind}`, id);
  }

  for (const list of ["elastic-ips", "private-networks", "security-groups"])
    await get(`list-${list}`);
  for (const list of ["anti-affinity-groups", "instances", "ssh-keys"]) await get(`list-${list}`);
  await get("get-anti-affinity-group", apart);
  await get("get-private-network", network);
  await get("get-elastic-ip", managed);
  await get("get-instance", instance);

  const policy = { "default-service-strategy": "deny", services: { compute: { type: "allow" } } };
  const role = await put("create-iam-role", [], { name: "r", description: "R", policy });
  await put("update-iam-role", [role], { description: "Role", labels: { a: "b" } });
  await put("update-iam-role-policy", [role], policy);
  const { key } = await done<{ readonly key: string }>(ask, {
    operation: "create-api-key",
    body: { name: "k", "role-id": role },
  });
  await get("list-iam-roles");
  await get("get-iam-role", role);
  await get("list-api-keys");
  await get("get-api-key", key);
  await put("delete-api-key", [key]);
  await put("delete-iam-role", [role]);

  await put("stop-instance", [instance]);
  await put("scale-instance", [instance], { "instance-type": { id: larger } });
  await put("resize-instance-disk", [instance], { "disk-size": 20 });
  await put("start-instance", [instance]);
  await put("detach-instance-from-elastic-ip", [front], ofInstance(instance));
  await put("detach-instance-from-private-network", [network], ofInstance(instance));
  await put("delete-reverse-dns-instance", [instance]);
  await put("delete-reverse-dns-elastic-ip", [front]);
  await put("delete-instance", [instance]);
  await put("delete-elastic-ip", [front]);
  await put("delete-rule-from-security-group", [group, rules[0]?.id ?? ""]);
  const cidr = "192.0.2.0/24";
  await put("remove-external-source-from-security-group", [group], { cidr });
  await put("delete-security-group", [group]);
  await put("delete-anti-affinity-group", [apart]);
  await put("delete-private-network", [network]);
  await put("delete-ssh-key", ["own"]);

  const answered = cloud.exchanges.filter(({ answer }) => answer?.status === 200);
  assert.equal(new Set(answered.map(({ call }) => call)).size, routes.length);
});

/** What a stack file becomes: its hosts, their addresses, and what they serve. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { formatReference, parseReference } from "../../stack/reference.ts";
import type { Base } from "./bases.ts";
import { stackOf } from "./rule-case.ts";

const namesOf = (hosts: readonly { readonly name: string }[]) => hosts.map(({ name }) => name);

describe("hosts", () => {
  test("a numbered group keeps its names where some are overridden", () => {
    const stack = stackOf("exoscale", { nodes: { count: 3, hosts: { lb2: { size: "large" } } } });
    assert.deepEqual(namesOf(stack.nodes), ["lb1", "lb2", "lb3"]);
    assert.deepEqual(
      stack.nodes.map(({ size }) => size),
      [undefined, "large", undefined],
    );
  });

  test("routers are named after what they are", () => {
    assert.deepEqual(namesOf(stackOf("oci").nodes), ["vr1", "vr2"]);
  });

  test("each setting comes from the host, else its group, else the stack", () => {
    const { nodes, appServers } = stackOf("exoscale", {
      system: "debian-13",
      nodes: {
        hosts: { a: { system: "oracle-linux-9", image: "mine" }, b: {} },
        system: "debian-12",
        image: "ours",
      },
    });
    const systems = [...nodes, ...appServers.slice(0, 1)].map(({ system }) => system.name);
    assert.deepEqual(systems, ["oracle-linux-9", "debian-12", "debian-13"]);
    assert.deepEqual(
      nodes.map(({ image }) => image),
      ["mine", "ours"],
    );
  });

  test("extras of stack, group and host add up; the nearest switch wins", () => {
    const extra = (name: string, more = {}) => ({
      packages: ["all", name],
      commands: [name],
      ...more,
    });
    const { nodes } = stackOf("exoscale", {
      extra: extra("stack", { package_upgrade: true }),
      nodes: {
        extra: extra("group", { package_update: false }),
        hosts: { a: { extra: extra("host", { package_upgrade: false }) }, b: {} },
      },
    });
    const [a, b] = nodes.map((node) => node.extra);
    assert.deepEqual(a?.packages, ["all", "stack", "group", "host"]);
    assert.deepEqual(a?.commands, ["stack", "group", "host"]);
    assert.deepEqual([a?.packageUpdate, a?.packageUpgrade], [false, false]);
    assert.deepEqual([b?.packageUpdate, b?.packageUpgrade], [false, true]);
    const [app] = stackOf("exoscale").appServers;
    assert.deepEqual([app?.extra.packageUpdate, app?.extra.packageUpgrade], [true, false]);
  });
});

describe("addresses", () => {
  test("are planned on each private network for nodes, on the first for app servers", () => {
    const { nodes } = stackOf("oci");
    assert.deepEqual(nodes[1]?.ips, { outside: "10.0.1.12", inside: "10.0.2.12" });
    const [app] = stackOf("oci", {
      "app-servers": 2,
      services: { a: { port: 1 } },
      proxy: "haproxy",
    }).appServers;
    assert.deepEqual(app?.ips, { outside: "10.0.1.21" });
  });

  test("of a small block begin behind the router's", () => {
    const networks = { lan: { cidr: "10.9.0.0/28", interface: "eth1" } };
    const { nodes, appServers } = stackOf("exoscale", { networks });
    assert.deepEqual([nodes[0]?.ips.lan, appServers[0]?.ips.lan], ["10.9.0.2", "10.9.0.8"]);
  });

  test("of app servers make room for many nodes", () => {
    const { nodes, appServers } = stackOf("exoscale", { nodes: 12 });
    assert.deepEqual(
      [nodes.at(-1)?.ips.private, appServers[0]?.ips.private],
      ["10.0.0.22", "10.0.0.23"],
    );
  });

  test("the first one of a block is the router's where the cloud has it so", () => {
    const gateway = (base: Base, changes = {}) => {
      const [network] = stackOf(base, changes).networks.filter(({ type }) => type === "private");
      return network?.type === "private" && network.gateway;
    };
    assert.equal(gateway("openstack"), "10.0.0.1");
    assert.equal(gateway("openstack", { "networks.private.gateway": "10.0.0.254" }), "10.0.0.254");
    assert.equal(gateway("ovh"), undefined);
  });

  test("a VIP is on its network's interface, an address without one on lo", () => {
    const interfaces = (base: Base) => stackOf(base).addresses.map((one) => one.interface);
    assert.deepEqual(interfaces("oci"), ["ens3", "ens5"]);
    assert.deepEqual(interfaces("exoscale"), ["lo"]);
  });
});

describe("services", () => {
  test("backends are DNS names, else fixed addresses; empty slots follow", () => {
    const hosts = { one: { "host-name": "one.example.com" }, two: {} };
    assert.deepEqual(stackOf("exoscale", { "app-servers": { hosts, slots: 4 } }).backends, [
      { name: "one", target: "one.example.com" },
      { name: "two", target: "10.0.0.22" },
      { name: "app3", target: "10.0.0.23" },
      { name: "app4", target: "10.0.0.24" },
    ]);
  });

  test("the proxy is what is needed", () => {
    assert.equal(stackOf("exoscale").proxy, "haproxy");
    assert.equal(stackOf("exoscale", { "app-servers": undefined }).proxy, "nginx");
    const bare = { "app-servers": undefined, services: undefined };
    assert.equal(stackOf("exoscale", bare).proxy, "none");
    assert.deepEqual(stackOf("exoscale", bare).health, []);
  });

  test("health checks are read into their kinds", () => {
    const health = [
      { tcp: "[::1]:8080", interval: "1.5s", timeout: "200ms", rise: 5, fall: 6 },
      { tcp: "localhost:80" },
      { http: "http://127.0.0.1/x" },
      { command: ["/bin/a", "b"] },
      { link: "eth1" },
      { ping: "::1" },
    ];
    const read = stackOf("exoscale", { health }).health;
    const times = { intervalMs: 1500, timeoutMs: 200, rise: 5, fall: 6 };
    assert.deepEqual(read[0], { check: { kind: "tcp", host: "::1", port: 8080 }, ...times });
    assert.deepEqual(
      read.slice(1).map(({ check }) => check),
      [
        { kind: "tcp", host: "localhost", port: 80 },
        { kind: "http", url: "http://127.0.0.1/x" },
        { kind: "command", argv: ["/bin/a", "b"] },
        { kind: "link", interface: "eth1" },
        { kind: "ping", host: "::1" },
      ],
    );
  });

  test("references are written as they were read", () => {
    for (const text of ["${env:A_1}", "${file:/etc/a b}", "${pulumi:name}"]) {
      const reference = parseReference(text);
      assert.equal(reference && formatReference(reference), text);
    }
    for (const text of ["", "A", "${env:}", "${env:1A}", "${vault:A}", "a${env:A}", "${file:a\nb}"])
      assert.equal(parseReference(text), undefined, text);
  });

  test("references are read into where they lead", () => {
    const agent = { credentials: { key: "${env:A_KEY}", secret: "${file:a/b c}" } };
    const stack = stackOf("exoscale", { agent, secret: "${pulumi:shop_secret}" });
    assert.deepEqual(stack.agent.credentials, {
      key: { from: "env", name: "A_KEY" },
      secret: { from: "file", path: "a/b c" },
    });
    assert.deepEqual(stack.secret, { from: "pulumi", name: "shop_secret" });
  });
});

/** Loading a stack file: its defaults, all errors at once, what is meant, and hostile texts. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { formatDiagnostic } from "../../stack/diagnostic.ts";
import { loadStack } from "../../stack/load.ts";
import type { Stack } from "../../stack/stack.ts";
import { brief, diagnose } from "./rule-case.ts";

const head = "name: shop\ncloud: { provider: exoscale }\naddresses: { web: {} }\n";
const fixes = (text: string) => diagnose(text).map(({ fix }) => fix);
const errors = (text: string) =>
  diagnose(text)
    .filter(({ severity }) => severity === "error")
    .map(brief);

function stackOf(text: string): Stack {
  const loaded = loadStack(text, "stack.yaml");
  assert.ok(loaded.ok, loaded.ok ? "" : loaded.diagnostics.map(brief).join("\n"));
  return loaded.stack;
}

describe("the minimal example", () => {
  const minimal = new URL("../../examples/minimal.yaml", import.meta.url);
  const stack = stackOf(readFileSync(minimal, "utf8"));

  test("its hosts have names and fixed addresses", () => {
    const hosts = [...stack.nodes, ...stack.appServers].map(({ name, ips }) => [name, ips.private]);
    assert.deepEqual(hosts, [
      ["lb1", "10.0.0.11"],
      ["lb2", "10.0.0.12"],
      ["app1", "10.0.0.21"],
      ["app2", "10.0.0.22"],
      ["app3", "10.0.0.23"],
    ]);
    assert.deepEqual(
      stack.backends.map(({ target }) => target),
      ["10.0.0.21", "10.0.0.22", "10.0.0.23"],
    );
    assert.deepEqual([...new Set(stack.nodes.map(({ system }) => system.name))], ["ubuntu-24.04"]);
  });

  test("its election, health and proxy are the defaults", () => {
    assert.deepEqual(stack.election, {
      method: "heartbeat",
      intervalMs: 1000,
      deadRatio: 3,
      preempt: true,
      preemptDelayMs: 0,
      hold: "exclusive",
      port: 12345,
      wire: "authenticated",
      peers: { from: "security-group", name: "load-balancer" },
    });
    const check = { kind: "tcp", host: "127.0.0.1", port: 80 };
    assert.deepEqual(stack.health, [
      { check, intervalMs: 2000, timeoutMs: 1000, rise: 2, fall: 3 },
    ]);
    assert.equal(stack.proxy, "haproxy");
    assert.deepEqual(stack.services, [
      {
        name: "web",
        port: 80,
        targetPort: 80,
        protocol: "http",
        check: undefined,
        from: ["0.0.0.0/0", "::/0"],
      },
    ]);
  });

  test("its address, access, agent and secret are the defaults", () => {
    assert.deepEqual(stack.addresses, [
      {
        name: "web",
        ip: "198.51.100.50",
        vip: undefined,
        network: undefined,
        interface: "lo",
        ranks: { lb1: 0, lb2: 1 },
      },
    ]);
    assert.deepEqual(stack.access, { sshKeys: [], sshFrom: [], icmpFrom: [] });
    assert.deepEqual(stack.agent.delivery, { by: "inline" });
    assert.deepEqual(stack.agent.credentials, {});
    assert.deepEqual(stack.secret, { from: "env", name: "BATON_SECRET" });
  });

  test("only the missing SSH key is warned of", () => {
    assert.deepEqual(diagnose(readFileSync(minimal, "utf8")).map(brief), [
      "access: nobody can log in: no SSH key",
    ]);
  });
});

describe("all errors are shown at once", () => {
  test("of the schema and of the rules, in the order of the file", () => {
    const text = `name: Shop
cloud: { provider: exoscale, zone: ch-gva-3 }
addresses:
  web: { ip: 198.51.100.50, order: [lb1, lb3] }
nodes: { count: 2, size: [] }
app-servers: 3
services: { web: { port: 80 }, mail: { port: 80 } }
access: { ssh-keys: [nonsense] }
health: [{ tcp: here }, { link: eth0, ping: 8.8.8.8 }]
colour: blue
`;
    assert.deepEqual(errors(text), [
      "name: write a name of lower-case letters, digits and hyphens that begins with a letter, such as lb1",
      'cloud.zone: "ch-gva-3" is not known here',
      "addresses.web.order: lb2 is missing from the order",
      "addresses.web.order[1]: there is no node lb3",
      "nodes.size: write text of one line",
      "services.mail.port: services web and mail both use port 80",
      "access.ssh-keys[0]: write a public key: ssh-ed25519 AAAA…",
      "health[0].tcp: write host:port, such as 127.0.0.1:80",
      "health[1]: a health check is one of http, tcp, command, link and ping",
      'colour: unknown key "colour"',
    ]);
  });

  /** What is left when a broken field is cut out may be wrong in itself, and is not reported. */
  const alone: readonly (readonly [title: string, text: string])[] = [
    ["a method, and a setting of it", `${head}election: { method: vrp, router-id: 51 }`],
    ["the port of the only service", `${head}app-servers: 3\nservices: { web: { port: 99999 } }`],
    [
      "a network that is used",
      `${head}networks: { lan: { cidr: 10.9.0.0/24, interface: "a b" } }\nelection: { peers: addresses, network: lan }`,
    ],
    [
      "the number of nodes that an order names",
      head.replace("{ web: {} }", "{ web: { order: [lb1, lb2] } }\nnodes: { count: two }"),
    ],
    ["the proxy", `${head}proxy: enginx\nservices: { a: { port: 25, protocol: tcp } }`],
    ["the system", `${head}system: debain-12\nagent: { loopback: ifupdown }`],
    [
      "the block of a VIP",
      `name: a\ncloud: { provider: openstack }\nnetworks: { lan: { cidr: 10.9.0.1/24, interface: e } }\naddresses: { web: { vip: 10.9.0.9 } }`,
    ],
  ];
  for (const [title, text] of alone) {
    test(`nothing follows from a broken field: ${title}`, () => {
      assert.equal(errors(text).length, 1, errors(text).join("\n"));
    });
  }

  test("an empty key is an error of that key", () => {
    assert.deepEqual(errors(`${head}nodes:\nhealth:\nelection:\n`), [
      "nodes: write how many nodes, as a whole number",
      "health: write a list here, such as [a, b]",
      "election: write a section here: keys, each with its value",
    ]);
  });
});

describe("did you mean", () => {
  const slips: readonly (readonly [written: string, meant: string])[] = [
    ["election: { dead-ration: 3 }", "dead-ratio"],
    ["election: { deadRatio: 3 }", "dead-ratio"],
    ["election: { dead_ratio: 3 }", "dead-ratio"],
    ["election: { inteval: 1s }", "interval"],
    ["servcies: {}", "services"],
    ["app-server: 3", "app-servers"],
    ["Nodes: 2", "nodes"],
    ["proxy: haproxi", "haproxy"],
    ["system: ubunut-24.04", "ubuntu-24.04"],
    ["nodes: { hosts: { a: { host-nmae: a.example } } }", "host-name"],
    ["extra: { package-update: true }", "package_update"],
    ["health: [{ link: eth0, timout: 1s }]", "timeout"],
  ];
  for (const [written, meant] of slips) {
    test(`${written} → ${meant}`, () => {
      assert.ok(fixes(`${head}${written}\n`).includes(`did you mean \`${meant}\`?`));
    });
  }

  test("what is near to nothing gets the list of what is known", () => {
    const [fix] = fixes(`${head}access: { ssh-keys: [ssh-rsa A], colour: blue }\n`);
    assert.equal(fix, "known here: ssh-keys, ssh-from, icmp-from");
  });
});

describe("the text", () => {
  test("anchors and aliases are read", () => {
    const text = `${head}app-servers: 2\nservices:\n  a: { port: 80, from: &office [192.0.2.0/24] }\n  b: { port: 81, from: *office }\n`;
    assert.deepEqual(
      stackOf(text).services.map(({ from }) => from),
      [["192.0.2.0/24"], ["192.0.2.0/24"]],
    );
  });

  test("a byte order mark, CRLF and a bare CR are read", () => {
    const lines = `${head}nodes: 3\n`;
    for (const text of [
      `\ufeff${lines}`,
      lines.replaceAll("\n", "\r\n"),
      lines.replaceAll("\n", "\r"),
    ])
      assert.equal(stackOf(text).nodes.length, 3);
  });

  test("YAML 1.2 is read: `no` and `0x10` mean what they mean there", () => {
    assert.deepEqual(errors(`${head}election: { preempt: no }\n`), [
      "election.preempt: write true or false here",
    ]);
    assert.deepEqual(stackOf(`${head}nodes: 0x10\n`).nodes.length, 16);
  });

  const bomb = Array.from(
    { length: 9 },
    (_, i) => `l${i + 1}: &l${i + 1} [*l${i}, *l${i}, *l${i}]`,
  );
  const hostile: readonly (readonly [title: string, text: string, message: RegExp])[] = [
    ["an alias bomb", `l0: &l0 [x]\n${bomb.join("\n")}\n`, /aliases exceeded/],
    ["deep flow nesting", `a: ${"[".repeat(9999)}`, /nesting exceeded/],
    [
      "deep block nesting",
      Array.from({ length: 999 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"),
      /nesting exceeded/,
    ],
    ["a NUL", "name: a\0b\n", /null byte/],
    ["a control character", "name: a\u001b[31m\n", /non-printable/],
    ["a key that is a list", "? [name]\n: shop\n", /complex keys/],
    ["an unknown tag", "name: !!python/object x\n", /unknown scalar tag/],
    ["an undefined alias", "name: *shop\n", /unidentified alias/],
  ];
  for (const [title, text, message] of hostile) {
    test(`${title} is an error`, () => {
      const [only, ...more] = diagnose(text);
      assert.match(only?.message ?? "", message);
      assert.deepEqual(more, []);
    });
  }

  test("aliases that lead back to themselves are errors of their place", () => {
    assert.deepEqual(errors(`${head}proxy: &a [*a]\nhealth: &b [*b]\nextra: &c { files: *c }\n`), [
      "proxy: a list is not known here",
      "health[0]: write a section here: keys, each with its value",
      "extra.files: write a list here, such as [a, b]",
    ]);
  });

  test("names of JavaScript's own are names like others", () => {
    const text = `${head}constructor: 1\n__proto__: { nodes: 1 }\nextra: { toString: 1 }\n`;
    assert.deepEqual(errors(text), [
      'constructor: unknown key "constructor"',
      '__proto__: unknown key "__proto__"',
      'extra.toString: unknown key "toString"',
    ]);
    const hosts = stackOf(`${head}nodes: { hosts: { constructor: {}, valueof: {} } }\n`).nodes;
    assert.deepEqual(
      hosts.map(({ name }) => name),
      ["constructor", "valueof"],
    );
  });

  test("thousands of errors are found in little time", () => {
    const services = Array.from({ length: 3000 }, (_, i) => `  s${i}: { port: x }`);
    const text = `${head}services:\n${services.join("\n")}\n`;
    const found = diagnose(text);
    assert.equal(found.map((one) => formatDiagnostic(one)).length, 3001);
    assert.equal(found.at(-1)?.position?.line, 3004);
  });
});

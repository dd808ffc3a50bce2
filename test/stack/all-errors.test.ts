/** All errors are shown at once, none that only follows from another, each with its fix. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { publicKey } from "./bases.ts";
import { brief, diagnose } from "./rule-case.ts";

const head = "name: shop\ncloud: { provider: exoscale }\naddresses: { web: {} }\n";
const fixes = (text: string) => diagnose(text).map(({ fix }) => fix);
const errors = (text: string) =>
  diagnose(text)
    .filter(({ severity }) => severity === "error")
    .map(brief);

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

  test("many broken items of a list hide no error behind them", () => {
    const keys = Array.from({ length: 40 }, () => "x").join(", ");
    const text = `${head}proxy: haproxy\naccess: { ssh-keys: [${keys}] }\n`;
    const found = errors(text);
    assert.equal(found.length, 41);
    assert.equal(found[0], "proxy: haproxy has no app server to send requests to");
  });

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
    ["election: { interv: 1s }", "interval"],
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
    const [fix] = fixes(`${head}access: { ssh-keys: [${publicKey}], colour: blue }\n`);
    assert.equal(fix, "known here: ssh-keys, ssh-from, icmp-from");
  });
});

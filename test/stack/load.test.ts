/** Loading a stack file: the defaults of the smallest one, and what YAML can bring. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { formatDiagnostic } from "../../stack/diagnostic.ts";
import { loadStack } from "../../stack/load.ts";
import type { Stack } from "../../stack/stack.ts";
import { brief, diagnose } from "./rule-case.ts";

const head = "name: shop\ncloud: { provider: exoscale }\naddresses: { web: {} }\n";
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

  test("its address, access and secret are the defaults, and its agent is fetched", () => {
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
    const url = "https://downloads.example.com/baton-agent.js";
    assert.deepEqual(stack.agent.delivery, { by: "url", url });
    assert.deepEqual(stack.agent.credentials, {});
    assert.deepEqual(stack.secret, { from: "env", name: "BATON_SECRET" });
  });

  test("only the missing SSH key is warned of", () => {
    assert.deepEqual(diagnose(readFileSync(minimal, "utf8")).map(brief), [
      "access: nobody can log in: no SSH key",
    ]);
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
    const services = Array.from({ length: 1000 }, (_, i) => `  s${i}: { port: x }`);
    const text = `${head}services:\n${services.join("\n")}\n`;
    const found = diagnose(text);
    assert.equal(found.map((one) => formatDiagnostic(one)).length, 1001);
    assert.equal(found.at(-1)?.position?.line, 1004);
  });
});

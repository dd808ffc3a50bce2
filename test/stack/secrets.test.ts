/** A secret that somebody pastes into the file is never repeated, whatever else is wrong. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { dump } from "js-yaml";
import { formatDiagnostic } from "../../stack/diagnostic.ts";
import { diagnose, stackWith } from "./rule-case.ts";

const head = "name: shop\ncloud: { provider: exoscale }\naddresses: { web: {} }\n";
const shown = (text: string): string =>
  diagnose(text)
    .map((one) => formatDiagnostic(one))
    .join("\n");

const pasted: readonly (readonly [title: string, text: string])[] = [
  ["as the stack secret", "secret: hunter2\n"],
  ["in quotes", 'secret: "hunter2"\n'],
  ["as a block", "secret: |\n  hunter2\n"],
  ["on several lines", 'secret: "one\n  hunter2"\n'],
  ["on several lines, before another error", '{ secret: "one\n  hunter2", colour: blue }\n'],
  ["as a number", "secret: 0x68756e7465723200\nelection: { auth-pass: 68756 }\n"],
  ["as a list", "secret: [hunter2, hunter2]\n"],
  ["as a section", "secret: { value: hunter2 }\n"],
  ["as a broken reference", "secret: ${env:hunter2 }\n"],
  ["as an unclosed reference", "secret: ${env:hunter2\n"],
  ["as the election's password", "election: { auth-pass: hunter2 }\n"],
  ["under keepalived's own name", "election: { auth_pass: hunter2 }\n"],
  ["under a key with a slip", "secert: hunter2\n"],
  ["under an invented key", "election:\n  password: hunter2\n"],
  ["among the credentials", "agent: { credentials: { key: hunter2, secret: hunter2 } }\n"],
  ["in place of the credentials", "agent: { credentials: hunter2 }\n"],
  ["under a key that is no name", "agent: { credentials: { KEY: hunter2 } }\n"],
  ["beside an unknown key", "agent: { credentials: { key: hunter2 }, colour: blue }\n"],
  ["beside a broken rule", "election: { method: vrrp, auth-pass: hunter2 }\n"],
  ["beside what is only warned of", "{ secret: hunter2, access: { ssh-from: [0.0.0.0/0] } }\n"],
  ["through an alias", "x: &x { key: hunter2, 5: 5 }\nagent: { credentials: *x }\n"],
  ["through an alias of a word", "colour: &x hunter2\nsecret: *x\n"],
  ["twice", "secret: one\nsecret: hunter2\n"],
  ["with a star before it", "secret: *hunter2\n"],
  ["with an exclamation mark before it", "secret: !hunter2\n"],
  ["with a percent sign before it", "secret: %hunter2\n"],
  ["with an at sign before it", "secret: @hunter2\n"],
  ["with a colon in it", "secret: hunter2: 5\n"],
  ["in quotes that are not closed", 'secret: "hunter2\nnodes: 2\n'],
  ["in quotes that are not closed, on the next line", 'secret: "one\nhunter2\n'],
  ["with a control character", "secret: hunter2\u0001\n"],
  ["in a flow that is not closed", "agent: { credentials: { key: hunter2, nodes: [ }\n"],
  ["in the credentials' block, half quoted", "agent:\n  credentials:\n    key: 'hunter2\n"],
];

describe("a secret is not repeated when it is pasted", () => {
  for (const [title, text] of pasted) {
    const whole = text.startsWith("{")
      ? text.replace("{", "{ name: shop, cloud: { provider: exoscale }, addresses: { web: {} },")
      : `${head}${text}`;
    test(title, () => {
      assert.match(shown(whole), /^(error|warning): /);
      assert.doesNotMatch(shown(whole), /hunter2|68756|7523377/);
    });
  }

  test("whatever it is, and whatever else is wrong in its section", () => {
    const paths = ["secret", "election.auth-pass", "agent.credentials.key", "agent.credentials"];
    const secret = fc.string({ minLength: 8, maxLength: 40, unit: "grapheme-ascii" });
    const broken = fc.constantFrom(
      {},
      { name: "A" },
      { "agent.colour": 5 },
      { "election.colour": 1 },
    );
    fc.assert(
      fc.property(
        secret.filter((text) => !/^\s|\s$|^\$\{/.test(text)),
        fc.constantFrom(...paths),
        broken,
        fc.constantFrom(0, 2, 9),
        (text, path, more, flowLevel) => {
          const stack = stackWith("exoscale", { ...more, [path]: text });
          const output = shown(dump(stack, { flowLevel }));
          assert.ok(!output.includes(text), output);
        },
      ),
      { numRuns: 120 },
    );
  });
});

describe("what is no secret is shown", () => {
  const open: readonly (readonly [title: string, text: string, shows: string])[] = [
    ["a line with a reference", "{ secret: '${env:A}', colour: blue }\n", "colour: blue"],
    ["a line before a secret", "colour: blue\nsecret: hunter2\n", "colour: blue"],
    ["a line behind a secret", "secret: hunter2\ncolour: blue\n", "colour: blue"],
    ["an SSH key", "access: { ssh-keys: [nonsense] }\n", "[nonsense]"],
    ["a service", "services: { web: { port: x } }\n", "port: x"],
    ["a text that is no YAML", "colour: 'blue\nnodes: 2\n", "nodes: 2"],
  ];
  for (const [title, text, shows] of open) {
    const whole = text.startsWith("{")
      ? text.replace("{", "{ name: shop, cloud: { provider: exoscale }, addresses: { web: {} },")
      : `${head}${text}`;
    test(title, () => {
      const lines = shown(whole).split("\n");
      assert.ok(
        lines.some((line) => /^ {2}\d+ \|/.test(line) && line.includes(shows)),
        lines.join("\n"),
      );
    });
  }
});

/** How a diagnostic looks, and that nothing in a file can speak to the terminal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Diagnostic, formatDiagnostic, formatPath } from "../../stack/diagnostic.ts";
import { publicKey } from "./bases.ts";
import { diagnose } from "./rule-case.ts";

const shown = (text: string): string =>
  diagnose(text)
    .map((one) => formatDiagnostic(one))
    .join("\n");
const head = "name: shop\ncloud: { provider: exoscale }\naddresses: { web: {} }\n";
const login = `access: { ssh-keys: [${publicKey}] }\n`;

test("it says what is wrong, where, and how to mend it", () => {
  assert.equal(
    shown(`${head}${login}election:\n  dead-ration: 3\n`),
    [
      'error: unknown key "dead-ration"',
      "  --> stack.yaml:6:3  election.dead-ration",
      "  6 |   dead-ration: 3",
      "    |   ^^^^^^^^^^^",
      "  fix: did you mean `dead-ratio`?",
    ].join("\n"),
  );
});

test("one without a place names the file", () => {
  assert.equal(
    shown(""),
    [
      "error: the stack file is empty",
      "  --> stack.yaml",
      "  fix: write one with `npx baton init`",
    ].join("\n"),
  );
});

test("the parts are painted each in its style", () => {
  const [one] = diagnose(`${head}${login}proxy: x\n`);
  assert.ok(one);
  const painted = formatDiagnostic(one, (style, text) => `<${style}>${text}</${style}>`);
  assert.match(painted, /^<error>error<\/error>: "x" is not known here\n {2}<dim>--> /);
  assert.match(painted, /\n {4}<dim>\|<\/dim> {8}<error>\^<\/error>\n/);
});

test("a path is written as a person would", () => {
  assert.equal(formatPath([]), "");
  assert.equal(formatPath(["nodes", "hosts", "lb1"]), "nodes.hosts.lb1");
  assert.equal(formatPath(["health", 0, "tcp"]), "health[0].tcp");
  assert.equal(formatPath(["a.b", "", "c d", 'e"']), '["a.b"][""]["c d"]["e\\""]');
  assert.ok(formatPath(["x".repeat(9999)]).length < 100);
});

const controls = ["\u001b[31m", "\u009b31m", "\u0007", "\u202e", "\u2028", "\u007f"];

for (const control of controls) {
  const name = JSON.stringify(control).replace(/[^ -~]/g, "?");
  const escaped = JSON.stringify(control).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const clean = (text: string) => {
    assert.doesNotMatch(text, /[\p{Cc}\u2028\u202e]/u);
    assert.ok(text.length > 20);
  };
  test(`${name} is not printed`, () => {
    const places = [
      `${head}${escaped}: 1\n`,
      `${head}proxy: ${escaped}\n`,
      `${head}services: { ${escaped}: { port: 80 } }\n`,
      `${head}proxy: x${control}\n`,
      `${head}"x${control}": 1\n`,
    ];
    for (const text of places) clean(shown(text).replaceAll("\n", " "));
    const spoken: Diagnostic = {
      severity: "error",
      path: [control],
      file: `a${control}.yaml`,
      message: `the file says ${control}`,
      fix: control,
    };
    clean(formatDiagnostic(spoken).replaceAll("\n", " "));
  });
}

test("halves of a letter at the edge of the window are not printed", () => {
  for (const shift of ["", "x"]) {
    const text = `${head}extra: { files: [{ path: /a, content: ${"😀".repeat(200)}${shift}, mode: 5 }] }\n`;
    assert.ok(shown(text).isWellFormed());
  }
});

/** Templates get exactly the values that they ask for, and put none of them in unescaped. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Escape, shell } from "../../user-data/escape.ts";
import { Refusal } from "../../user-data/refusal.ts";
import { compile, fill, render, type Values } from "../../user-data/template.ts";

const marked: Escape = (value) => `<${value}>`;
const filled = (source: string, values: Values): string =>
  fill(compile("t", source), marked, values);
const refused = (source: string, values: Values, message: RegExp): void =>
  assert.throws(() => filled(source, values), message);

test("text values pass through the escape, numbers and conditions do not", () => {
  const source = "{{a}} {{n}}{{#if yes}} yes{{/if}}{{#unless yes}} no{{/unless}}\n";
  assert.equal(filled(source, { a: "x", n: 7, yes: true }), "<x> 7 yes\n");
  assert.equal(filled(source, { a: "x", n: 0, yes: false }), "<x> 0 no\n");
});

test("HTML's signs stay as they are: the format alone decides", () => {
  assert.equal(fill(compile("t", "{{a}}"), shell, { a: `<&"` }), `'<&"'`);
});

test("a name that is missing is refused, wherever it stands", () => {
  refused("{{a}}{{b}}", { a: "x" }, /asks for \[a b\], got \[a\]/);
  refused("{{#if b}}x{{/if}}", {}, /asks for \[b\]/);
  refused("{{#unless b}}x{{/unless}}", {}, /asks for \[b\]/);
  refused("{{#if a}}x{{else}}{{b}}{{/if}}", { a: true }, /asks for \[a b\]/);
  refused("{{#if a}}{{b}}{{/if}}", { a: false }, /asks for \[a b\]/);
  refused("{{#each a}}x{{else}}{{b}}{{/each}}", { a: [] }, /asks for \[a b\]/);
});

test("a name that is not asked for is refused", () => {
  refused("{{a}}", { a: "x", b: "y" }, /got \[a b\]/);
  refused("{{#each a}}{{b}}{{/each}}", { a: [{ b: "x", c: "y" }] }, /t a asks for \[b\]/);
});

test("lists open a scope of their own, to any depth", () => {
  const source = "{{#each a}}[{{b}}{{#each c}}({{d}}){{/each}}]{{/each}}";
  const values = {
    a: [
      { b: "1", c: [{ d: "x" }, { d: "y" }] },
      { b: "2", c: [] },
    ],
  };
  assert.equal(filled(source, values), "[<1>(<x>)(<y>)][<2>]");
  refused(source, { a: [{ b: "1", c: [{}] }] }, /t a c asks for \[d\], got \[\]/);
});

test("a list is a list, and a value is a value", () => {
  refused("{{#each a}}x{{/each}}", { a: "text" }, /asks for a as a list/);
  refused("{{a}}", { a: [] }, /asks for a as a value/);
});

test("a list may be asked for twice, and whether it is empty", () => {
  const source = "{{#if a}}some {{/if}}{{#each a}}{{b}}{{/each}}{{#each a}}{{b}}{{/each}}";
  assert.equal(filled(source, { a: [{ b: "x" }] }), "some <x><x>");
  assert.equal(filled(source, { a: [] }), "");
});

test("anything but plain names is refused before a value is seen", () => {
  for (const source of ["{{a.b}}", "{{../a}}", "{{this}}", "{{#if a.b}}x{{/if}}", "{{'a'}}"]) {
    assert.throws(() => compile("t", source), /only plain names are allowed/, source);
  }
  assert.throws(() => compile("t", "{{> other}}"), /no PartialStatement is allowed/);
  refused("{{@index}}", { a: "x" }, /asks for \[index\]/);
});

test("a refusal of the escape comes through as it is", () => {
  const values = { url: "a\0b", sha256: "0", program: "/x" };
  assert.throws(() => render("fetch-agent.sh", shell, values), Refusal);
});

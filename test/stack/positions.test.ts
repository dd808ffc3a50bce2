/** Line, column and caret of an error, in each way in which YAML can be written. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { formatDiagnostic } from "../../stack/diagnostic.ts";
import { publicKey } from "./bases.ts";
import { diagnose } from "./rule-case.ts";

/** Errors are expected exactly at what stands between ‹ and ›, one mark a line. */
type Marked = readonly [title: string, text: string];

const head = "name: shop\ncloud: { provider: exoscale }\naddresses: { web: {} }\n";
const file = (mode: string) => `extra:\n  files:\n    - ${mode}\n`;

const cases: readonly Marked[] = [
  ["a plain value", "proxy: ‹haproxi›\n"],
  ["a value at the end of the text", "proxy: ‹haproxi›"],
  ["a value before a comment", "proxy: ‹haproxi› # the proxy\n"],
  ["a quoted value", "proxy: '‹haproxi›'\n"],
  ["a quoted key", '"proxy": "‹haproxi›"\n'],
  ["a key between question mark and colon", "? proxy\n: ‹haproxi›\n"],
  ["tabs before the value", "proxy:\t\t‹haproxi›\n"],
  ["a tab in a value before it", file('{ path: /a, content: "a\tb", mode: ‹5› }')],
  ["flow style on several lines", "election: {\n  preempt: ‹5›,\n  port: ‹x› }\n"],
  ["an unknown key", "election:\n  ‹dead-ration›: 3\n"],
  ["an item of a list", "access:\n  ssh-from:\n    - 10.0.0.0/24\n    - ‹10.0.0.1/24›\n"],
  ["an item of a flow list", "access: { ssh-from: [10.0.0.0/24, ‹10.0.0.1/24›] }\n"],
  ["a section in a list", "health:\n  - link: eth0\n  - tcp: ‹here›\n"],
  ["an empty value: its key", "‹nodes›:\n"],
  ["an empty value in flow style: its key", "election: { ‹preempt›: , hold: shared }\n"],
  ["an anchored value", "proxy: &p ‹haproxi›\n"],
  ["an alias", "proxy: &p ‹haproxi›\nsystem: ‹*p›\n"],
  ["a tagged value", "election: { dead-ratio: !!str ‹3› }\n"],
  ["a folded value: its first line", "proxy: ‹haproxi›\n  and more\n"],
  ["a block of text: its first line", "proxy: |\n‹  haproxi›\n  and more\n"],
  ["letters outside ASCII before it", file("{ path: /é, content: äöü, mode: ‹5› }")],
  ["wide letters before it", file("{ path: /a, content: 日本語, mode: ‹5› }")],
  ["letters outside the basic plane before it", file("{ path: /a, content: 𝒳😀, mode: ‹5› }")],
  ["combining letters before it", file("{ path: /a, content: e\u0301e\u0301, mode: ‹5› }")],
  ["several documents' markers", "proxy: ‹haproxi›\n...\n"],
];

/** Takes the marks out, and says where they stood. */
function unmark(text: string) {
  const places: { line: number; column: number; length: number; text: string }[] = [];
  const lines = text.split("\n").map((line, index) => {
    const column = line.indexOf("‹");
    const plain = line.replace("‹", "").replace("›", "");
    const length = line.indexOf("›") - column - 1;
    if (column >= 0) places.push({ line: index + 1, column: column + 1, length, text: plain });
    return plain;
  });
  return { lines, places };
}

const placesOf = (text: string) =>
  diagnose(text)
    .filter(({ severity }) => severity === "error")
    .map(({ position }) => position);

describe("an error stands at its place", () => {
  for (const [title, marked] of cases) {
    const { lines, places } = unmark(`${head}${marked}`);
    test(title, () => {
      for (const end of ["\n", "\r\n", "\r"])
        assert.deepEqual(placesOf(lines.join(end)), places, JSON.stringify(end));
      assert.deepEqual(placesOf(`\ufeff${lines.join("\n")}`), places, "with a byte order mark");
    });
  }

  test("a missing key stands at what is around it", () => {
    const text = `${head}extra:\n  files:\n    - { path: /a }\nservices: { web: {} }\n`;
    const [content, port] = placesOf(text);
    assert.deepEqual([content?.line, content?.column], [6, 7]);
    assert.deepEqual([port?.line, port?.column], [7, 13]);
  });

  test("a missing key at the top stands nowhere", () => {
    assert.deepEqual(placesOf("cloud: { provider: exoscale }\naddresses: { web: {} }\n"), [
      undefined,
    ]);
  });

  test("a byte order mark takes no column", () => {
    const [place] = placesOf("\ufeffname: Shop\ncloud: { provider: exoscale }\n").filter(Boolean);
    assert.deepEqual([place?.line, place?.column, place?.text], [1, 7, "name: Shop"]);
  });

  test("a text that is no YAML has a place too", () => {
    const [place] = placesOf("name: shop\r\nnodes: 2\r\nnodes: 3\r\n");
    assert.deepEqual(place, { line: 3, column: 1, length: 1, text: "nodes: 3" });
  });
});

describe("the caret stands under it", () => {
  /** What a terminal shows above the carets. */
  const underlined = (text: string): string => {
    const [error] = diagnose(text).filter(({ severity }) => severity === "error");
    assert.ok(error);
    const [, , line = "", carets = ""] = formatDiagnostic(error).split("\n");
    return line.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1);
  };

  for (const [title, marked] of cases.filter(
    ([, text]) => !/[\u0300-\u{10ffff}]/u.test(text.replace(/[‹›]/g, "")),
  )) {
    const { lines, places } = unmark(`${head}${marked}`);
    test(title, () => {
      const [place] = places;
      const meant = place?.text.slice(place.column - 1, place.column - 1 + place.length);
      assert.equal(underlined(lines.join("\n")), meant?.replaceAll("\t", " "));
    });
  }

  test("wide letters take two columns, and combining ones none", () => {
    for (const [before, columns] of [
      ["日本", 4],
      ["e\u0301", 1],
      ["😀", 2],
      ["é", 1],
    ] as const) {
      const [error] = diagnose(`${head}extra: { ${before}: 1 }\n`);
      const text = `${head}extra: { files: [{ path: /a, content: ${before}, mode: 5 }] }\n`;
      const [at] = diagnose(text).filter(({ message }) => message.includes("mode"));
      assert.ok(error && at);
      const carets = formatDiagnostic(at).split("\n")[3] ?? "";
      const ascii = "  4 | extra: { files: [{ path: /a, content: , mode: ".length;
      assert.equal(carets.indexOf("^"), ascii + columns, before);
    }
  });

  test("of a very long line the part around the place is shown", () => {
    const keys = `${publicKey}, `.repeat(1000);
    const text = `${head}access: { ssh-keys: [${keys}nonsense, ${keys}] }\n`;
    assert.equal(underlined(text), "nonsense");
    assert.match(
      formatDiagnostic(diagnose(text)[0] ?? assert.fail()),
      /you@example.com, nonsense, ssh-ed25519/,
    );
    for (const line of formatDiagnostic(diagnose(text)[0] ?? assert.fail()).split("\n"))
      assert.ok(line.length < 100, line);
  });

  test("the carets of a very long value end with what is shown", () => {
    const value = underlined(`${head}proxy: ${"x".repeat(9999)}\n`);
    assert.match(value, /^x{50,80}$/);
  });
});

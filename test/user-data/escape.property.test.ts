/** Any value arrives unchanged when the format's own reader reads it back, or is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as escape from "../../user-data/escape.ts";
import { Refusal } from "../../user-data/refusal.ts";
import {
  type Reader,
  readHaproxy,
  readHtml,
  readIfupdown,
  readNginx,
  readShell,
  readSystemd,
  readYaml,
  yamlHolding,
} from "../real/readers.ts";

/** What has bitten somebody in one of the formats, among all else that Unicode has. */
const biting = [
  ..."\"'`#%$\\{}[]()<>|&;:!?*~^@=,.-_/+ \t\n\r\0\x07\x1b\x7f\x85\xa0\u2028\ufeff\ufffe",
  ...["ä", "日", "🎈", "$$", "${x}", "$HOME", "%h", "%%", "\\n", "\\x41", "\\ ", "\\\\", "''"],
  ...["yes", "null", "~", "0644", "12:30", "1e3", "0x1f", "=", "<<", "---", "- ", ": ", " #"],
  ...["'\\''", '\\"', "&amp;", "&lt", "{{", "EOF", "\r\n", "\n ", "\n\n"],
];

const unit = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...biting) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 1 }) },
  { weight: 2, arbitrary: fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 3 }) },
);

const value = fc.array(unit, { minLength: 1, maxLength: 12 }).map((units) => units.join(""));

/** A batch first holds every biting text by itself, then whatever comes. */
const batch = fc
  .array(value, { minLength: 100, maxLength: 200 })
  .map((values) => [...biting, ...values]);

const control = /[\p{Cc}\u2028\u2029]/u;

type Format = {
  readonly name: string;
  readonly write: (value: string) => string;
  readonly read: Reader;
  /** The one thing that the format has no way to write: no more and no less is refused. */
  readonly refuses: (value: string) => boolean;
};

const formats: readonly Format[] = [
  { name: "YAML by PyYAML", write: yamlHolding, read: readYaml, refuses: () => false },
  {
    name: "a shell's words by sh",
    write: escape.shell,
    read: readShell,
    refuses: (text) => text.includes("\0"),
  },
  {
    name: "haproxy.cfg by HAProxy",
    write: escape.haproxy,
    read: readHaproxy,
    refuses: (text) => control.test(text),
  },
  {
    name: "nginx.conf by nginx",
    write: escape.nginx,
    read: readNginx,
    refuses: (text) => control.test(text) || text.includes("$"),
  },
  {
    name: "a unit's words by systemd",
    write: escape.systemd,
    read: readSystemd,
    refuses: (text) =>
      control.test(text.replaceAll("\n", "")) || /\p{Noncharacter_Code_Point}/u.test(text),
  },
  {
    name: "interfaces(5) by ifquery",
    write: escape.ifupdown,
    read: readIfupdown,
    refuses: (text) => control.test(text) || text !== text.trim() || text.endsWith("\\"),
  },
  { name: "HTML by Python", write: escape.html, read: readHtml, refuses: () => false },
];

/** What the format makes of a value, or undefined where it refuses it. */
function written({ write, refuses, name }: Format, text: string): string | undefined {
  try {
    const result = write(text);
    assert.equal(refuses(text), false, `${name} should refuse ${JSON.stringify(text)}`);
    return result;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    assert.ok(refuses(text), error.message);
    return undefined;
  }
}

for (const format of formats) {
  test(`any value arrives or is refused: ${format.name}`, async () => {
    const arrives = fc.asyncProperty(batch, async (values) => {
      const pairs = values
        .map((text) => ({ text, as: written(format, text) }))
        .filter((pair) => pair.as !== undefined);
      const read = await format.read(pairs.map(({ as = "" }) => as));
      pairs.forEach(({ text, as }, index) => assert.equal(read[index], text, `written ${as}`));
      assert.equal(read.length, pairs.length);
    });
    await fc.assert(arrives, { numRuns: 8, endOnFailure: true });
  });
}

const narrow = ["keepalived", "ifstated", "pf", "hostnameIf", "nft", "keyfile"] as const;

test("formats without a dependable quote take plain words alone", () => {
  for (const name of narrow) {
    assert.equal(escape[name]("lb1.example.com/10:30_x"), "lb1.example.com/10:30_x");
    for (const text of [
      "",
      "a b",
      'a"b',
      "a#b",
      "a$b",
      "a\\b",
      "a{b}",
      "a'b",
      "a\nb",
      "a\0b",
      "ä",
    ]) {
      assert.throws(() => escape[name](text), Refusal, `${name} ${JSON.stringify(text)}`);
    }
  }
});

test("an empty word is a word in the formats that have one", () => {
  assert.deepEqual(readShell([escape.shell("")]), [""]);
  assert.deepEqual(readSystemd([escape.systemd("")]), [""]);
});

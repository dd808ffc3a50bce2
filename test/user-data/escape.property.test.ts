/** Any value arrives unchanged when the format's own reader reads it back, or is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as escapes from "../../user-data/escape.ts";
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
    write: escapes.shell,
    read: readShell,
    refuses: (text) => text.includes("\0"),
  },
  {
    name: "haproxy.cfg by HAProxy",
    write: escapes.haproxy,
    read: readHaproxy,
    refuses: (text) => control.test(text),
  },
  {
    name: "nginx.conf by nginx",
    write: escapes.nginx,
    read: readNginx,
    refuses: (text) => control.test(text) || text.includes("$"),
  },
  {
    name: "a unit's words by systemd",
    write: escapes.systemd,
    read: readSystemd,
    refuses: (text) =>
      control.test(text.replaceAll("\n", "")) || /\p{Noncharacter_Code_Point}/u.test(text),
  },
  {
    name: "interfaces(5) by ifquery",
    write: escapes.ifupdown,
    read: readIfupdown,
    refuses: (text) => control.test(text) || text !== text.trim() || text.endsWith("\\"),
  },
  { name: "HTML by Python", write: escapes.html, read: readHtml, refuses: () => false },
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
      assert.equal(read.length, pairs.length);
      for (const [index, { text, as }] of pairs.entries()) {
        assert.equal(read[index], text, `written ${as}`);
      }
    });
    await fc.assert(arrives, { numRuns: 8, endOnFailure: true });
  });
}

const { keepalived, ifstated, pf, hostnameIf, nft, keyfile } = escapes;

test("formats without a dependable quote take plain words alone", () => {
  for (const plainOnly of [keepalived, ifstated, pf, hostnameIf, nft, keyfile]) {
    assert.equal(plainOnly("lb1.example.com/10:30_x"), "lb1.example.com/10:30_x");
    for (const odd of ["", " ", '"', "'", "#", "$", "\\", "{", "!", "\n", "\0", "ä"]) {
      assert.throws(() => plainOnly(odd === "" ? "" : `a${odd}b`), Refusal, JSON.stringify(odd));
    }
  }
});

test("an empty word is a word in the formats that have one", () => {
  assert.deepEqual(readShell([escapes.shell("")]), [""]);
  assert.deepEqual(readSystemd([escapes.systemd("")]), [""]);
});

test("half a character is refused, since no file can hold it", () => {
  const { shell, haproxy, nginx, systemd, ifupdown } = escapes;
  for (const write of [shell, haproxy, nginx, systemd, ifupdown]) {
    assert.throws(() => write("a\ud83c"), Refusal);
  }
});

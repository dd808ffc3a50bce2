/** SSH public keys that are let in, and what is said of those that are not. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { formatDiagnostic } from "../../stack/diagnostic.ts";
import { faultOfKey } from "../../stack/ssh-key.ts";
import { publicKey } from "./bases.ts";
import { diagnose } from "./rule-case.ts";

/** A key of fields, each behind its length, as RFC 4251 section 5 writes strings. */
const keyOf = (type: string, fields: readonly (string | number)[], named = type): string => {
  const strings = [named, ...fields].flatMap((field) => {
    const bytes = typeof field === "number" ? Buffer.alloc(field, 7) : Buffer.from(field);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  });
  return `${type} ${Buffer.concat(strings).toString("base64")}`;
};

const ed25519 = keyOf("ssh-ed25519", [32]);
const sk = "sk-ssh-ed25519@openssh.com";

describe("a public key is let in", () => {
  const keys: readonly (readonly [title: string, key: string])[] = [
    [
      "made by ssh-keygen: ed25519",
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOnt7RGAls9dA3aJtiJLSBdkgiLbbDzvFinV1sc72yhd",
    ],
    [
      "made by ssh-keygen: ecdsa",
      "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEbS9qb6utQ7ub3f3s" +
        "lwt1tv3eh9AAzfQdlX0iwb3k1S8klMzQE7+KZNP/tf36iHaLmTcw3EVeVa1S91GSCRK1k= you@laptop",
    ],
    [
      "made by ssh-keygen: rsa",
      "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDY+PzoU62wPtVB0gqiev3ysZ23BBZmTIhwF8m4fZ2U/1j4u1kp6s" +
        "RHHbPHAvWGArd0LGXYQNRz2sMZgHbYczvvsKKjW2g56+0WPTx/8XS4YlvFPdE5IyAOLyObqySi+T2hESvavly/GR" +
        "o4Mq5J2zb39RwFRGs1PwCHBfFMMI+JCw== you",
    ],
    ["ecdsa of 384 bits", keyOf("ecdsa-sha2-nistp384", ["nistp384", 97])],
    ["ecdsa of 521 bits", keyOf("ecdsa-sha2-nistp521", ["nistp521", 133])],
    ["ed25519 in hardware", keyOf(sk, [32, "ssh:"])],
    ["ecdsa in hardware", keyOf("sk-ecdsa-sha2-nistp256@openssh.com", ["nistp256", 65, "ssh:own"])],
    ["with a comment of several words", `${ed25519}  zoë's laptop, "the new one"`],
  ];
  for (const [title, key] of keys) {
    test(title, () => assert.equal(faultOfKey(key), undefined));
  }
});

describe("what is wrong with a public key is said", () => {
  const cut = ed25519.slice(0, -12);
  const faults: readonly (readonly [title: string, key: string, says: RegExp])[] = [
    ["no key", "nonsense", /^write a public key: ssh-ed25519 AAAA/],
    ["a type that sshd does not take", keyOf("ssh-dss", [20]), /^write a public key/],
    ["a type that is a longer word", keyOf("ssh-ed25519x", [32]), /^write a public key/],
    ["two lines", `${ed25519}\n${ed25519}`, /^write a public key/],
    ["characters that no base64 has", `${ed25519}!`, /^write a public key/],
    ["bits left over", `${ed25519.slice(0, -1)}`, /damaged, its base64 does not end as it must/],
    ["cut within the key", cut, /damaged, it is cut short or has too much.*line of its \.pub file/],
    ["cut within the type", "ssh-rsa AAAAB3Nz", /it is cut short/],
    ["nothing behind the type", keyOf("ssh-ed25519", []), /it is cut short/],
    ["broken by a space", ed25519.replace(/.{16}$/, " $&"), /it is cut short/],
    ["a byte too few", keyOf("ssh-ed25519", [31]), /it is cut short/],
    ["a byte too many", keyOf("ssh-ed25519", [33]), /has too much/],
    ["a field too many", keyOf("ssh-ed25519", [32, 1]), /has too much/],
    [
      "rsa that ends within its modulus",
      keyOf("ssh-rsa", [3, 258]).slice(0, -4),
      /it is cut short/,
    ],
    [
      "the bytes of another type",
      keyOf("ssh-rsa", [32], "ssh-ed25519"),
      /bytes are not of ssh-rsa/,
    ],
  ];
  for (const [title, key, says] of faults) {
    test(title, () => assert.match(faultOfKey(key) ?? "let in", says));
  }

  test("wherever a key is cut", () => {
    const base64 = publicKey.indexOf("AAAA");
    const ends = fc.integer({ min: base64, max: publicKey.indexOf(" you") - 1 });
    fc.assert(fc.property(ends, (end) => faultOfKey(publicKey.slice(0, end)) !== undefined));
  });

  test("a megabyte of empty strings", () => {
    assert.match(faultOfKey(`ssh-rsa ${"AAAA".repeat(300_000)}`) ?? "", /damaged/);
  });
});

describe("a private key is refused, and not shown", () => {
  const frame = (side: string) => `-----${side} OPENSSH PRIVATE KEY-----`;
  const lines = [frame("BEGIN"), "b3BlbnNzaC1rZXktdjEAhunter2", frame("END")];
  const head = "name: shop\ncloud: { provider: exoscale }\naddresses: { web: {} }\n";
  const ways: readonly (readonly [title: string, text: string])[] = [
    ["as a block", `access:\n  ssh-keys:\n    - |\n      ${lines.join("\n      ")}\n`],
    ["on bare lines", `access:\n  ssh-keys:\n    - ${lines.join("\n      ")}\n`],
    ["on one line", `access: { ssh-keys: ["${lines.join("\\n")}"] }\n`],
    ["without its frame", `access: { ssh-keys: [${lines[1]}] }\n`],
  ];
  for (const [title, text] of ways) {
    test(title, () => {
      const shown = diagnose(head + text).map((one) => formatDiagnostic(one));
      assert.equal(shown.length, 1, shown.join("\n"));
      assert.match(shown[0] ?? "", /error: this is a private key.*access\.ssh-keys\[0\]/s);
      assert.doesNotMatch(shown[0] ?? "", /hunter2/);
    });
  }

  test("where the text is no YAML because of it", () => {
    const text = `access:\n  ssh-keys:\n    - "${lines[0]}\n${lines[1]}"\n`;
    const shown = diagnose(head + text).map((one) => formatDiagnostic(one));
    assert.match(shown.join("\n"), /^error: /);
    assert.doesNotMatch(shown.join("\n"), /hunter2/);
  });
});

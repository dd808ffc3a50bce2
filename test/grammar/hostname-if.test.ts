/** The grammar check of hostname.if: what netstart and ifconfig take, and what they refuse. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { GrammarError } from "./grammar-error.ts";
import { parseHostnameIf } from "./hostname-if.ts";

const carp = "inet 10.25.0.10 255.255.0.0 10.25.255.255 vhid 1 carpdev vio2 pass xxx advskew 1";

test("the text's carp0 is read with its options", () => {
  assert.deepEqual(parseHostnameIf("carp0", `${carp}\nup\n`), [
    {
      kind: "inet",
      alias: false,
      address: "10.25.0.10",
      mask: "255.255.0.0",
      broadcast: "10.25.255.255",
      options: { vhid: "1", carpdev: "vio2", pass: "xxx", advskew: "1" },
    },
    { kind: "up" },
  ]);
});

test("an image's file with our alias behind it is read", () => {
  const text =
    'inet autoconf\n!/usr/local/libexec/cloud-agent "\\$if"\n# baton: begin\n' +
    "inet alias 203.0.113.7 255.255.255.255\n# baton: end\n";
  const kinds = parseHostnameIf("vio0", text).map(({ kind }) => kind);
  assert.deepEqual(kinds, ["autoconf", "command", "inet"]);
});

test("IPv6, a missing mask, and NONE in the place of the broadcast address are read", () => {
  parseHostnameIf("vio1", "inet6 2001:db8::1 64\n");
  parseHostnameIf("vio1", "inet6 alias 2001:db8::2 128\ninet6 autoconf\n");
  parseHostnameIf("vio1", "inet 192.0.2.1\n");
  parseHostnameIf("vio1", "inet 192.0.2.1 255.255.255.0 NONE mtu 1400\n");
  parseHostnameIf("carp0", `${carp.replace("10.25.255.255", "NONE")} carppeer 10.25.0.12\n`);
});

const wrong: readonly (readonly [string, string, string, RegExp])[] = [
  ["carp without vhid", "carp0", carp.replace(" vhid 1", ""), /needs vhid/],
  ["carp without carpdev", "carp0", carp.replace(" carpdev vio2", ""), /needs carpdev/],
  ["an option without a broadcast", "carp0", carp.replace(" 10.25.255.255", ""), /in the place of/],
  ["an option without a mask", "carp0", "inet 10.25.0.10 vhid 1 carpdev vio2", /not a netmask/],
  ["a vhid of 0", "carp0", carp.replace("vhid 1", "vhid 0"), /vhid cannot be 0/],
  ["a vhid of 256", "carp0", carp.replace("vhid 1", "vhid 256"), /vhid cannot be 256/],
  ["an advskew of 255", "carp0", carp.replace("advskew 1", "advskew 255"), /advskew cannot be/],
  ["an advbase with a fraction", "carp0", `${carp} advbase 0.5`, /advbase cannot be/],
  [
    "an option without its value",
    "carp0",
    carp.replace(" advskew 1", " advskew"),
    /cannot be empty/,
  ],
  ["a pass of two words", "carp0", carp.replace("pass xxx", "pass x y"), /option y is not known/],
  ["an unknown option", "carp0", carp.replace("advskew", "skew"), /option skew/],
  ["an inherited name as an option", "carp0", `${carp} constructor 1`, /option constructor/],
  ["an unknown state", "carp0", `${carp} state leader`, /state cannot be leader/],
  ["an address that is none", "vio0", "inet 10.25.0.256", /no address/],
  ["IPv6 behind inet", "vio0", "inet 2001:db8::1 64", /no address of inet/],
  ["IPv4 behind inet6", "vio0", "inet6 10.0.0.1", /no address of inet6/],
  ["a prefix in the place of a mask", "vio0", "inet 10.0.0.1 24", /not a netmask/],
  ["a mask with a hole", "vio0", "inet 10.0.0.1 255.0.255.0", /not a netmask/],
  ["a prefix length of 129", "vio0", "inet6 2001:db8::1 129", /not a prefix length/],
  ["alias behind the address", "vio0", "inet 10.0.0.1 alias", /not a netmask/],
  ["a comment behind a line", "vio0", "up # now", /comment/],
  ["words behind up", "vio0", "up now", /stands alone/],
  ["an unknown word", "vio0", "address 10.0.0.1", /address is not known/],
  ["a name that netstart ignores", "vio", "up", /ignores hostname\.vio/],
  ["a left-over of an editor", "vio0.baton", "up", /ignores/],
];

for (const [what, name, line, says] of wrong) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => parseHostnameIf(name, `${line}\n`),
      (error) => error instanceof GrammarError && says.test(error.message),
    );
  });
}

test("refused: a last line without its end, which netstart would not see", () => {
  assert.throws(() => parseHostnameIf("vio0", "up"), GrammarError);
});

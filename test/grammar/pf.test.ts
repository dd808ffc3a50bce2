/** The grammar check of pf.conf: what pfctl takes, and what it refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { GrammarError } from "./grammar-error.ts";
import { parsePf } from "./pf.ts";

test("the text's line is a rule for protocol 112 by name", () => {
  const [rule] = parsePf("pass on vio2 proto carp\n");
  assert.deepEqual([rule?.action, rule?.interfaces, rule?.protocols], ["pass", ["vio2"], ["carp"]]);
  assert.deepEqual(parsePf("pass on vio2 proto 112\n")[0]?.protocols, ["112"]);
});

test("the rules that OpenBSD ships are read", () => {
  const rules = parsePf(
    "set skip on lo\n\nblock return\t# block stateless traffic\npass\t\t# establish keep-state\n" +
      "block return in on ! lo0 proto tcp to port 6000:6010\n" +
      "block return out log proto {tcp udp} user _pbuild\n",
  );
  assert.deepEqual(
    rules.map(({ action, direction }) => [action, direction]),
    [
      ["block", undefined],
      ["pass", undefined],
      ["block", "in"],
      ["block", "out"],
    ],
  );
  assert.deepEqual(rules[2]?.interfaces, ["!lo0"]);
  assert.deepEqual(rules[3]?.users, ["_pbuild"]);
});

test("macros are expanded outside quotes, and lines may be continued", () => {
  const [rule] = parsePf(
    'dev = "vio2"\nweb = "{ 80, 443 }"\npass in quick on $dev \\\n inet proto tcp from any to self port $web keep state\n',
  );
  assert.deepEqual([rule?.interfaces, rule?.to.ports], [["vio2"], ["80", "443"]]);
});

const wrong: readonly (readonly [string, string, RegExp])[] = [
  ["an unknown keyword", "permit on vio2 proto carp", /permit is not known/],
  ["a word too many", "pass on vio2 proto carp please", /please is not known here/],
  ["a word in the wrong place", "pass proto carp on vio2", /on is not known here/],
  ["quick before its direction", "pass quick out", /out is not known here/],
  ["an unknown protocol", "pass on vio2 proto crap", /crap is not a protocol/],
  ["a protocol beyond a byte", "pass proto 256", /256 is not a protocol/],
  ["no interface behind on", "pass on proto carp", /proto is not an interface/],
  ["the end behind on", "pass on", /ends too soon/],
  ["an undefined macro", "pass on $dev", /macro 'dev' not defined/],
  ["a macro inside quotes", 'dev = "vio2"\npass on "$dev"', /not expanded inside quotes/],
  ["a macro without a value", "dev =", /has no value/],
  ["a list that is not closed", "pass proto { tcp udp", /ends too soon/],
  ["an empty list", "pass proto { }", /\} is not a protocol/],
  ["a port without tcp or udp", "pass proto carp to any port 80", /port only applies/],
  ["a port without a protocol", "pass to any port 80", /port only applies/],
  ["a port beyond the last", "pass proto tcp to any port 65536", /is not a port/],
  ["a user without tcp or udp", "block out proto carp user root", /user only applies/],
  ["an address that is none", "pass to 10.0.0.256", /is not an address/],
  ["a prefix that is none", "pass to 10.0.0.0/33", /is not an address/],
  ["a quote that is not closed", 'pass on "vio2', /unexpected "/],
  ["all and a target", "pass all to any", /to is not known here/],
  ["an option of set", "set loud on lo", /skip is wanted/],
  ["keep what?", "pass keep calm", /state is wanted/],
];

for (const [what, text, says] of wrong) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => parsePf(`${text}\n`),
      (error) => error instanceof GrammarError && says.test(error.message),
    );
  });
}

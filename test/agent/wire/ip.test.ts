/** Addresses between text and bytes, against Node's own reader and the URL parser. */
import assert from "node:assert/strict";
import { isIP } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalIp, formatIp, parseIp } from "../../../agent/wire/ip.ts";

/** WHATWG URL writes an IPv6 host by RFC 5952. */
const byUrl = (text: string): string => new URL(`http://[${text}]/`).hostname.slice(1, -1);

test("any address is written as the URL parser writes it, and comes back", () => {
  // Groups of zeros are common, because that is where the short form is made.
  const group = fc.oneof(fc.constant(0), fc.constant(0), fc.nat(0xffff));
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      const long = groups.map((value) => value.toString(16)).join(":");
      const bytes = parseIp(long);
      assert.ok(bytes);
      assert.equal(formatIp(bytes), byUrl(long));
      assert.deepEqual(parseIp(formatIp(bytes)), bytes);
    }),
    { numRuns: 2000 },
  );
  fc.assert(fc.property(fc.ipV4(), (text) => canonicalIp(text) === text));
});

test("what is an address, and what is none, is what Node says", () => {
  const pieces = fc.constantFrom("0", "1", "ffff", "12345", ":", "::", ".", "192.0.2.1", "g", "01");
  const texts = fc.oneof(
    fc.array(pieces).map((parts) => parts.join("")),
    fc.ipV6(),
    fc.ipV4(),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const bytes = parseIp(text);
      assert.equal(bytes?.length ?? 0, { 0: 0, 4: 4, 6: 16 }[isIP(text)], text);
      if (isIP(text) === 6) assert.equal(canonicalIp(text), byUrl(text));
    }),
    { numRuns: 5000 },
  );
});

for (const [text, canonical] of [
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["2001:DB8:0:0:0:0:0:7", "2001:db8::7"],
  ["2001:db8::1:0:0:1", "2001:db8::1:0:0:1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["10:0:0:20::1", "10:0:0:20::1"],
  ["::ffff:192.0.2.1", "::ffff:c000:201"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["fe80::1%eth0", undefined],
  ["1::2::3", undefined],
  ["1:2:3:4:5:6:7:8::", undefined],
  ["192.0.2.256", undefined],
  ["192.0.2.01", undefined],
  ["192.0.2", undefined],
  ["", undefined],
] as const) {
  test(`${text || "nothing"} is ${canonical ?? "no address"}`, () => {
    assert.equal(canonicalIp(text), canonical);
  });
}

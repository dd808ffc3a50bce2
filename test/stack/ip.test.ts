/** Addresses and blocks as numbers: known vectors, and properties of any. */
import assert from "node:assert/strict";
import { isIPv6 } from "node:net";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  type Address,
  addressAt,
  broadcastOf,
  type Cidr,
  contains,
  formatAddress,
  netmaskOf,
  parseAddress,
  parseCidr,
  sizeOf,
} from "../../stack/ip.ts";

const value = (text: string): bigint | undefined => parseAddress(text)?.value;
const canonical = (text: string): string | undefined => {
  const address = parseAddress(text);
  return address && formatAddress(address);
};
const cidr = (text: string): Cidr => parseCidr(text) ?? assert.fail(text);

describe("known vectors", () => {
  test("IPv4 is four octets in network order", () => {
    assert.equal(value("0.0.0.0"), 0n);
    assert.equal(value("10.0.0.1"), 0x0a000001n);
    assert.equal(value("255.255.255.255"), 0xffffffffn);
  });

  test("IPv6 is eight groups", () => {
    assert.equal(value("::"), 0n);
    assert.equal(value("::1"), 1n);
    assert.equal(value("2001:db8::8:800:200c:417a"), 0x20010db80000000000080800200c417an);
    assert.equal(value("::ffff:192.0.2.1"), 0xffffc0000201n);
    assert.equal(value("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), (1n << 128n) - 1n);
  });

  /** RFC 5952, sections 1 and 4. */
  const spellings: readonly (readonly [canonical: string, ...spellings: string[]])[] = [
    ["2001:db8::1", "2001:db8:0:0:0:0:0:1", "2001:0db8::0001", "2001:DB8:0:0::1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1::1", "2001:0:0:1:0:0:0:1"],
    ["2001:db8::1:0:0:1", "2001:db8:0:0:1:0:0:1"],
    ["::", "0:0:0:0:0:0:0:0", "0::0"],
    ["1::", "1:0:0:0:0:0:0:0"],
  ];
  for (const [expected, ...written] of spellings) {
    test(`${expected} has one canonical text`, () => {
      for (const text of written) assert.equal(canonical(text), expected);
    });
  }

  const noAddress = [
    "",
    "10.0.0",
    "10.0.0.256",
    "10.0.0.01",
    "0x0a.0.0.1",
    " 10.0.0.1",
    "10.0.0.1\n",
    "::g",
    ":::",
    "1::2::3",
    "fe80::1%eth0",
    "[::1]",
    "example.com",
  ];
  for (const text of noAddress) {
    test(`${JSON.stringify(text)} is no address`, () =>
      assert.equal(parseAddress(text), undefined));
  }

  test("a block has its host bits clear, and a prefix that fits", () => {
    assert.deepEqual(cidr("10.1.0.0/16"), { family: "ipv4", base: 0x0a010000n, prefix: 16 });
    for (const text of ["0.0.0.0/0", "::/0", "10.0.0.1/32", "2001:db8::/32", "::1/128"]) cidr(text);
    const bad = ["10.0.0.1/24", "10.0.0.0/33", "::/129", "10.0.0.0", "10.0.0.0/", "10.0.0.0/+8"];
    for (const text of [...bad, "10.0.0.0/08", "10.0.0.0/8/8", "10.0.0.0/8 ", "2001:db8::1/64"])
      assert.equal(parseCidr(text), undefined, text);
  });

  test("a block contains its own addresses and no others", () => {
    const holds = (block: string, ip: string) =>
      contains(cidr(block), parseAddress(ip) ?? assert.fail(ip));
    assert.ok(holds("10.0.0.0/24", "10.0.0.0"));
    assert.ok(holds("10.0.0.0/24", "10.0.0.255"));
    assert.ok(!holds("10.0.0.0/24", "10.0.1.0"));
    assert.ok(!holds("10.0.0.0/24", "9.255.255.255"));
    assert.ok(holds("0.0.0.0/0", "255.255.255.255"));
    assert.ok(!holds("::/0", "10.0.0.1"), "families do not mix");
    assert.ok(!holds("0.0.0.0/0", "::1"), "families do not mix");
  });

  test("broadcast and netmask are those of the textbook", () => {
    const broadcast = (block: string) => {
      const address = broadcastOf(cidr(block));
      return address && formatAddress(address);
    };
    assert.equal(broadcast("10.25.0.0/16"), "10.25.255.255");
    assert.equal(broadcast("192.0.2.8/29"), "192.0.2.15");
    assert.equal(broadcast("192.0.2.8/30"), "192.0.2.11");
    for (const block of ["192.0.2.8/31", "192.0.2.8/32", "2001:db8::/64"])
      assert.equal(broadcast(block), undefined, block);
    const masks = ["0.0.0.0/0", "10.25.0.0/16", "10.0.0.0/23", "192.0.2.8/32"];
    assert.deepEqual(
      masks.map((block) => netmaskOf(cidr(block))),
      ["0.0.0.0", "255.255.0.0", "255.255.254.0", "255.255.255.255"],
    );
  });
});

const anyAddress: fc.Arbitrary<Address> = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }).map((v): Address => ({ family: "ipv4", value: v })),
  fc
    .bigInt({ min: 0n, max: (1n << 128n) - 1n })
    .map((v): Address => ({ family: "ipv6", value: v })),
  // Groups of zeros are where the texts differ.
  fc.array(fc.constantFrom(0n, 0n, 1n, 0xffffn), { minLength: 8, maxLength: 8 }).map(
    (all): Address => ({
      family: "ipv6",
      value: all.reduce<bigint>((sum, g) => sum * 65536n + g, 0n),
    }),
  ),
);

const bits = ({ family }: Address): number => (family === "ipv4" ? 32 : 128);

const anyBlock: fc.Arbitrary<Cidr> = fc
  .tuple(anyAddress, fc.nat({ max: 128 }))
  .map(([address, number]) => {
    const prefix = number % (bits(address) + 1);
    const size = 1n << BigInt(bits(address) - prefix);
    return { family: address.family, base: address.value - (address.value % size), prefix };
  });

describe("any address", () => {
  test("is read back from its text", () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        assert.deepEqual(parseAddress(formatAddress(address)), address);
      }),
    );
  });

  test("has a text that reading and writing does not change", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const once = canonical(text);
        assert.ok(once);
        assert.equal(canonical(once), once);
        assert.equal(value(once), value(text));
      }),
    );
  });

  test("of IPv6 has a text in RFC 5952 form", () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        fc.pre(address.family === "ipv6");
        const text = formatAddress(address);
        assert.ok(isIPv6(text));
        assert.doesNotMatch(text, /[A-F]/);
        assert.doesNotMatch(text, /(^|:)0[0-9a-f]/);
        const longest = Math.max(0, ...(text.match(/\b0(:0)*\b/g) ?? []).map((run) => run.length));
        assert.ok(text.includes("::") || longest <= 1, `${text} leaves zeros that could go`);
      }),
    );
  });
});

describe("any block", () => {
  const textOf = ({ family, base, prefix }: Cidr) =>
    `${formatAddress({ family, value: base })}/${prefix}`;

  test("is read back from its text", () => {
    fc.assert(fc.property(anyBlock, (block) => assert.deepEqual(parseCidr(textOf(block)), block)));
  });

  test("contains exactly the addresses that share its prefix", () => {
    fc.assert(
      fc.property(anyBlock, anyAddress, (block, address) => {
        const shift = BigInt(bits(address) - block.prefix);
        const shares =
          block.family === address.family && address.value >> shift === block.base >> shift;
        assert.equal(contains(block, address), shares);
      }),
    );
  });

  test("contains its first and its last address, and not the ones beside them", () => {
    fc.assert(
      fc.property(anyBlock, (block) => {
        const at = (offset: bigint): Address => ({
          family: block.family,
          value: block.base + offset,
        });
        assert.ok(contains(block, addressAt(block, 0)));
        assert.ok(contains(block, at(sizeOf(block) - 1n)));
        assert.ok(!contains(block, at(-1n)));
        assert.ok(!contains(block, at(sizeOf(block))));
      }),
    );
  });

  test("has a broadcast address inside, if it has one", () => {
    fc.assert(
      fc.property(anyBlock, (block) => {
        const broadcast = broadcastOf(block);
        assert.equal(broadcast !== undefined, block.family === "ipv4" && block.prefix <= 30);
        if (broadcast !== undefined) assert.ok(contains(block, broadcast));
      }),
    );
  });
});
